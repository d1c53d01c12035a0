//! Needs: what people want help with, on two levels.

use std::sync::Arc;

use async_graphql::{Context, ID, InputType, Object, Result, Value};

use crate::api::ids::NodeId;
use crate::api::leaves::{Leaf, Plain};
use crate::connection;
use crate::directory::needs::{NeedIndex, NeedList};
use crate::directory::snapshot::View;

/// Something people want help with, or an area of such things.
#[derive(Clone, Debug)]
pub struct Need {
    list: Arc<NeedList>,
    key: String,
}

impl Need {
    /// The need, or the area, with this key.
    #[must_use]
    pub fn of_key(list: &Arc<NeedList>, key: &str) -> Option<Self> {
        (list.need(key).is_some() || list.area(key).is_some())
            .then(|| Self { list: Arc::clone(list), key: key.to_owned() })
    }

    fn global(&self) -> ID {
        NodeId::Need(self.key.clone()).encode()
    }

    fn texts(&self) -> (&str, &str) {
        let need = self.list.need(&self.key).map(|need| (need.name.as_str(), need.summary.as_str()));
        let area = || self.list.area(&self.key).map(|area| (area.name.as_str(), area.summary.as_str()));
        need.or_else(area).unwrap_or_default()
    }
}

/// Something people want help with, in plain words. There are two levels: areas (`housing`), and
/// the needs within them (`housing.emergency`). Public.
#[Object]
impl Need {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        self.global()
    }

    /// Stable key, to ask with: `housing.emergency`, or `housing` for the whole area.
    async fn key(&self) -> &str {
        &self.key
    }

    /// Name in plain words.
    async fn name(&self) -> &str {
        self.texts().0
    }

    /// One sentence about it.
    async fn summary(&self) -> &str {
        self.texts().1
    }

    /// The area it belongs to; null for an area.
    async fn area(&self) -> Option<Need> {
        let need = self.list.need(&self.key)?;
        Need::of_key(&self.list, need.area_key())
    }

    /// The needs within it; empty for a need of the second level.
    async fn children(&self) -> Vec<Need> {
        let children = self.list.area(&self.key).map(|area| area.needs.iter().map(|need| need.key.clone()));
        children.into_iter().flatten().filter_map(|key| Need::of_key(&self.list, &key)).collect()
    }

    /// Other words for it; empty for an area.
    async fn synonyms(&self) -> &[String] {
        self.list.need(&self.key).map_or(&[], |need| need.synonyms.as_slice())
    }

    /// What people really say; empty for an area.
    async fn phrases(&self) -> &[String] {
        self.list.need(&self.key).map_or(&[], |need| need.phrases.as_slice())
    }

    /// Codes of the Open Eligibility taxonomy (version 2) that it answers to.
    async fn open_eligibility_codes(&self) -> Vec<String> {
        let terms = match self.list.need(&self.key) {
            Some(need) => need.open_eligibility.as_slice(),
            None => self.list.area(&self.key).map_or(&[][..], |area| area.open_eligibility.as_slice()),
        };
        terms.iter().map(|term| term.code.clone()).collect()
    }

    /// How many public services meet it.
    async fn service_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let snapshot = &super::snapshot(ctx)?;
        let keys = self.list.expand(&self.key).unwrap_or_default();
        let needs: Vec<_> = keys.iter().filter_map(|need| self.list.index_of(&need.key)).collect();
        let count: usize = snapshot.views().map(|view| count_meeting(view, &needs)).iter().sum();
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

impl Plain for Need {
    fn leaf(name: &str) -> Option<Leaf<Self>> {
        match name {
            "id" => Some(|need| need.global().to_value()),
            "key" => Some(|need| Value::from(need.key.as_str())),
            "name" => Some(|need| Value::from(need.texts().0)),
            "summary" => Some(|need| Value::from(need.texts().1)),
            _ => None,
        }
    }
}

/// How many services of a part meet one of these needs.
fn count_meeting(view: View<'_>, needs: &[NeedIndex]) -> usize {
    let mut found: Vec<_> = needs.iter().flat_map(|need| view.part.briefs.services(Some(*need))).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().filter(|service| view.holds(*service)).count()
}

connection!(NeedConnection, NeedEdge, Need, "needs");
