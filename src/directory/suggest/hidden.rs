//! Entries that a suggester still holds and no longer shows.

use super::{Group, Kind, Member, Suggester};

/// The entries of one suggester that are not to be shown, because they are gone or because a newer suggester beside it
/// has them. Made once per change, so that asking costs nothing for them.
#[derive(Clone, Debug, Default)]
pub struct Hidden {
    /// Groups that have hidden members, and these, both in order.
    members: Vec<(Group, Member)>,
}

/// Who is left of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    /// How many.
    pub(super) count: u32,
    /// The best of them.
    pub(super) best: Member,
}

impl Hidden {
    /// The entries of these kinds and numbers. Those that the suggester does not have are no matter.
    #[must_use]
    pub fn of(suggester: &Suggester, entries: impl IntoIterator<Item = (Kind, u32)>) -> Self {
        let mut members: Vec<(Group, Member)> = Vec::new();
        for (kind, id) in entries {
            let key = |member: &Member| (suggester.kind_of(suggester.group_of(*member)), suggester.id(*member));
            let from = suggester.by_id.partition_point(|member| key(member) < (kind, id));
            let these = suggester.by_id.iter().skip(from).take_while(|member| key(member) == (kind, id));
            members.extend(these.map(|member| (suggester.group_of(*member), *member)));
        }
        members.sort_unstable();
        members.dedup();
        Self { members }
    }

    fn of_group(&self, group: Group) -> &[(Group, Member)] {
        let from = self.members.partition_point(|(of, _)| *of < group);
        let rest = self.members.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|(of, _)| *of == group)).unwrap_or_default()
    }

    /// Whether anything of a group is hidden.
    pub(super) fn touches(&self, group: Group) -> bool {
        !self.members.is_empty() && !self.of_group(group).is_empty()
    }

    /// Who is left of a group; `None` if nobody is.
    pub(super) fn left(&self, suggester: &Suggester, group: Group) -> Option<Left> {
        let members = suggester.members_of(group);
        let hidden = self.of_group(group);
        let best = members.clone().zip(hidden.iter().map(|(_, member)| Some(*member)).chain(std::iter::repeat(None)));
        let best = best.into_iter().find(|(member, hidden)| Some(*member) != *hidden).map(|(member, _)| member)?;
        let count = (members.end - members.start).saturating_sub(u32::try_from(hidden.len()).unwrap_or(u32::MAX));
        Some(Left { count, best })
    }
}
