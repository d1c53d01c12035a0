//! Whether a pathway has changed for somebody, and nothing else of it: decided anew at every look, by the same code as a page.
//!
//! What is compared is a digest of what they may see at that instant: which entries there are, with which something was done
//! last, how it stands, what is withheld. So what they may not see changes nothing here, and nothing tells of it: not that a
//! row was written, not when, not how many there are.
//!
//! The ledger: a look that tells something is written before it does, as that somebody was told that there is such a service
//! user and shown nothing; so are a refusal, which ends it, and the first look of each subscription, whatever it finds. A
//! look that finds everything as it was tells nothing, discloses nothing, and is not written: else whoever watches for a day
//! would leave thousands of lines that say nothing.

use entity::ids::ServiceUserId;
use sha2::{Digest, Sha256};

use super::Pathways;
use super::reading::Asked;
use super::timeline::{self, Sought};
use crate::people::Trouble;
use crate::people::deciding::{Again, Deciding};
use crate::people::reading::{Reader, TRIES};

/// With how many entries something was done last, of those that are compared one by one. An older one is missed where it is
/// taken back in the same moment as another is made; every other change is on top, or changes how many there are.
const MOST: u64 = 50;

/// How somebody watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// What they were told last; none where they were told nothing yet.
    pub before: Option<i64>,
    /// Whether they begin to watch with this look.
    pub begins: bool,
}

/// What a look finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// They may see nothing of anybody of that id, or there is nobody, which is the same.
    Nobody,
    /// Everything is as they were told.
    Same(i64),
    /// Something that they may see may have changed: what to be told by this number.
    Changed(i64),
}

impl Pathways {
    /// Whether what somebody may see of a pathway has changed.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database or the ledger failed, and nothing is told.
    pub async fn look(&self, reader: Reader, of: ServiceUserId, watch: Watch) -> Result<Looked, Trouble> {
        for _ in 0..TRIES {
            if let Ok(looked) = self.try_to_look(reader, of, watch).await? {
                return Ok(looked);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_look(
        &self,
        reader: Reader,
        of: ServiceUserId,
        watch: Watch,
    ) -> Result<Result<Looked, Again>, Trouble> {
        let db = self.people.database().connection();
        let asked = Asked { sought: Sought::default(), after: None, first: 1, standing: true, withheld: true };
        let Ok(mut decided) = self.decide(reader, of, &asked).await? else { return Ok(Err(Again)) };
        let looked = if decided.known {
            let newest = timeline::newest(db, decided.of, &decided.sights, MOST).await?;
            let now = digest(&format!("{} {:?} {:?}", newest.text(), decided.stands, decided.withheld));
            if watch.before == Some(now) { Looked::Same(now) } else { Looked::Changed(now) }
        } else {
            Looked::Nobody
        };
        if matches!(looked, Looked::Same(_)) && !watch.begins {
            return Ok(Ok(looked));
        }
        decided.decisions.iter_mut().for_each(|deciding| deciding.decisions.shows_nothing());
        if Deciding::release_all(decided.decisions, db, None).await? == Err(Again) {
            return Ok(Err(Again));
        }
        Ok(Ok(looked))
    }
}

/// A number that is another one as soon as a text is.
fn digest(text: &str) -> i64 {
    let mut number = [0; 8];
    number.copy_from_slice(&Sha256::digest(text.as_bytes())[..8]);
    i64::from_be_bytes(number)
}
