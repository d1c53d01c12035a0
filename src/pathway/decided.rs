//! What is decided about a page of a pathway, before anything of it is opened. Nothing of it may be shown before what was
//! decided is written.

use std::collections::HashMap;
use std::sync::Arc;

use entity::enums::Purpose;
use entity::ids::{GroupId, ServiceUserId};
use entity::instants::Millis;
use entity::{
    appointment, easement, group_place, person_record, referral, referral_event, release, signpost, support_group, task,
};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Pathways;
use super::reading::Asked;
use super::standing::{Stands, stands};
use super::timeline::{self, Key, Kind, OfGroup, Sights, Sought};
use crate::access::rule::Ask;
use crate::access::rule::decide::Ground;
use crate::access::rule::load::among;
use crate::people::appointments::keeping::as_row;
use crate::people::deciding::{Again, Deciding};
use crate::people::groups::reading::{groups_of, groups_of_person, place_as_rows};
use crate::people::reading::{Reader, SealedRecord, Withheld, sorts};
use crate::people::referrals::moving::header;
use crate::people::referrals::reading::{self as referrals, DecidedReferrals};
use crate::people::tasks::dates::{
    EasementSeen, ShownRelease, easement_as_rows, release_as_row, seen_easement, shows_release,
};
use crate::people::tasks::reading::as_rows;
use crate::people::{People, Trouble};
use crate::signposts::reading as signposts;

/// What is decided about a page of a pathway.
pub(super) struct Decided {
    /// Whose it is, joined records as the one that stands for them.
    pub(super) of: ServiceUserId,
    /// As of when.
    pub(super) at: Millis,
    /// What is asked for the coordination of care.
    pub(super) care: Ask,
    /// What of it may be seen.
    pub(super) sights: Sights,
    /// The entries of the page, the latest first.
    pub(super) keys: Vec<Key>,
    /// Whether more follow.
    pub(super) more: bool,
    /// What is behind the entries: all of it may be shown, and is still closed.
    pub(super) shown: Shown,
    /// How it stands, where that was asked for.
    pub(super) stands: Stands,
    /// Categories of which other agencies may hold something that is not shown, where that was asked for.
    pub(super) withheld: Vec<Withheld>,
    /// Whether anything of theirs may be seen at all; else it is as if there were nobody.
    pub(super) known: bool,
    /// What was decided for each purpose, to be written before anything is shown.
    pub(super) decisions: Vec<Deciding>,
}

/// What is behind the entries of a page.
pub(super) struct Shown {
    pub(super) records: Vec<(SealedRecord, Ground)>,
    pub(super) signposts: Vec<(signpost::Model, bool)>,
    pub(super) referrals: DecidedReferrals,
    pub(super) appointments: Vec<(appointment::Model, Ground)>,
    pub(super) releases: Vec<ShownRelease>,
    pub(super) tasks: Vec<(task::Model, Ground)>,
    pub(super) easements: Vec<EasementSeen>,
    pub(super) places: Vec<(group_place::Model, Ground)>,
    pub(super) groups: Vec<support_group::Model>,
}

/// The rows of a page, about which is to be decided.
#[derive(Default)]
struct Rows {
    records: Vec<person_record::Model>,
    signposts: Vec<signpost::Model>,
    referrals: Vec<referral::Model>,
    appointments: Vec<appointment::Model>,
    releases: Vec<release::Model>,
    tasks: Vec<task::Model>,
    easements: Vec<easement::Model>,
    places: Vec<group_place::Model>,
    groups: HashMap<GroupId, support_group::Model>,
}

/// What is decided for each of the purposes for which something on a pathway is shown.
struct Purposes {
    said: Deciding,
    referrals: Deciding,
    care: Deciding,
}

impl Purposes {
    /// Begins to decide for each of them, on the same facts and as of the same instant. As everywhere else: referrals are
    /// looked at for referrals, appointments and tasks for the coordination of care.
    async fn begin(
        people: &People,
        db: &impl ConnectionTrait,
        reader: Reader,
        of: ServiceUserId,
    ) -> Result<Self, Trouble> {
        let each = [reader.purpose, Purpose::Referral, Purpose::CareCoordination];
        let [said, referrals, care] = Deciding::begin_each(people, db, reader, each, &[of]).await?;
        Ok(Self { said, referrals, care })
    }

    /// What of somebody may be seen for each of them; of purposes that are the same it is reckoned once.
    fn sights(&self, of: ServiceUserId, groups: Vec<OfGroup>) -> Sights {
        let (referrals, care) = (Arc::new(self.referrals.sight(of)), Arc::new(self.care.sight(of)));
        let said = if self.said.ask == self.referrals.ask {
            Arc::clone(&referrals)
        } else if self.said.ask == self.care.ask {
            Arc::clone(&care)
        } else {
            Arc::new(self.said.sight(of))
        };
        Sights { said, referrals, care, groups }
    }

    fn knows(&self, of: ServiceUserId) -> bool {
        [&self.said, &self.referrals, &self.care].iter().any(|deciding| deciding.knows(of))
    }
}

impl Pathways {
    /// Decides about a page of somebody's pathway. The statements are the same for whoever may see nothing of them and where
    /// there is nobody.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn decide(
        &self,
        reader: Reader,
        of: ServiceUserId,
        asked: &Asked,
    ) -> Result<Result<Decided, Again>, Trouble> {
        let people = &self.people;
        let db = people.database().connection();
        let (mut of, mut purposes) = (of, Purposes::begin(people, db, reader, of).await?);
        if purposes.said.has_joined() {
            // Another stands for them.
            of = people.stands_for(of).await?;
            purposes = Purposes::begin(people, db, reader, of).await?;
            if purposes.said.has_joined() {
                return Ok(Err(Again));
            }
        }
        let (at, care) = (purposes.said.ask.at, purposes.care.ask);
        let groups = groups_of_person(db, of).await?;
        let groups = groups.into_iter().map(|(group, agency, tells)| OfGroup { group, agency, tells });
        let sights = purposes.sights(of, groups.collect());
        let mut keys = timeline::page(db, of, &sights, &asked.sought, (asked.after, asked.first)).await?;
        let more = keys.len() > asked.first;
        keys.truncate(asked.first);
        let rows = rows(db, &keys).await?;
        let Ok(shown) = decided(db, &mut purposes, of, rows).await? else { return Ok(Err(Again)) };
        let stands = if asked.standing {
            stands(db, (&mut purposes.referrals, &mut purposes.care), of, &sights, at).await?
        } else {
            Ok(Stands::default())
        };
        let Ok(stands) = stands else { return Ok(Err(Again)) };
        let said = &mut purposes.said;
        // Where nothing stands on the page there may be something else of them to see, whatever was asked for.
        if !said.knows(of) {
            for row in sorts(db, &[of]).await? {
                let Some(ground) = said.ground(&row) else { continue };
                if !said.decisions.known(&row, ground) {
                    return Ok(Err(Again));
                }
            }
        }
        // Who is told nothing of them for the purpose is not told what is withheld either.
        let withheld = if asked.withheld && said.knows(of) { said.withheld(of) } else { Vec::new() };
        let mut known = purposes.knows(of);
        if !known {
            let any = timeline::page(db, of, &sights, &Sought::default(), (None, 1)).await?;
            known = is_known_by(&mut purposes, of, &self::rows(db, &any).await?);
        }
        if known && stands.caseloads {
            purposes.said.decisions.around(of);
        }
        // What shows nothing beside what does is no refusal.
        let Purposes { said, referrals, care: for_care } = purposes;
        let all = if known { vec![said, referrals, for_care] } else { vec![said] };
        let decisions = all.into_iter().filter(|deciding| !known || deciding.knows(of)).collect();
        Ok(Ok(Decided { of, at, care, sights, keys, more, shown, stands, withheld, known, decisions }))
    }
}

/// Decides about the rows of a page: all of them have to be ones that may be shown.
async fn decided(
    db: &impl ConnectionTrait,
    purposes: &mut Purposes,
    of: ServiceUserId,
    rows: Rows,
) -> Result<Result<Shown, Again>, Trouble> {
    let Purposes { said, referrals: of_referrals, care } = purposes;
    let mut records = Vec::new();
    for record in rows.records {
        let record = SealedRecord::from(record);
        let Ok(Some(ground)) = said.shows(&record.row) else { return Ok(Err(Again)) };
        records.push((record, ground));
    }
    let mut given = Vec::new();
    for row in rows.signposts {
        let Ok(Some(close)) = signposts::shows(said, of, &row) else { return Ok(Err(Again)) };
        given.push((row, close));
    }
    let mut headers = Vec::new();
    for row in rows.referrals {
        let Ok(Some(ground)) = of_referrals.shows_referral(&header(&row)) else { return Ok(Err(Again)) };
        headers.push((row, ground));
    }
    let referrals = referrals::decided(db, of_referrals, headers).await?;
    let Ok(referrals) = referrals else { return Ok(Err(Again)) };
    let mut appointments = Vec::new();
    for row in rows.appointments {
        let Ok(Some(ground)) = care.shows(&as_row(&row)) else { return Ok(Err(Again)) };
        appointments.push((row, ground));
    }
    let mut releases = Vec::new();
    for row in rows.releases {
        let Ok(Some(release)) = shows_release(care, row) else { return Ok(Err(Again)) };
        releases.push(release);
    }
    let mut tasks = Vec::new();
    for row in rows.tasks {
        let Ok(Some(ground)) = care.shows_all(&as_rows(&row)) else { return Ok(Err(Again)) };
        tasks.push((row, ground));
    }
    let mut easements = Vec::new();
    for row in rows.easements {
        let Ok(Some(ground)) = care.shows_all(&easement_as_rows(&row)) else { return Ok(Err(Again)) };
        easements.push(seen_easement(&row, ground));
    }
    let mut places = Vec::new();
    for row in rows.places {
        let Some(group) = rows.groups.get(&row.group_id) else { return Ok(Err(Again)) };
        let Ok(Some(ground)) = care.shows_all(&place_as_rows(&row, group)) else { return Ok(Err(Again)) };
        places.push((row, ground));
    }
    let groups = rows.groups.into_values().collect();
    let signposts = given;
    Ok(Ok(Shown { records, signposts, referrals, appointments, releases, tasks, easements, places, groups }))
}

/// Whether anything of these rows tells that there is somebody; it is noted, and nothing as shown, but for signposts.
fn is_known_by(purposes: &mut Purposes, of: ServiceUserId, rows: &Rows) -> bool {
    let Purposes { said, referrals, care } = purposes;
    let mut known = false;
    for row in &rows.referrals {
        let ground = referrals.ground_of_referral(&header(row));
        known |= ground.is_some_and(|ground| referrals.decisions.known(&header(row), ground));
    }
    for row in &rows.appointments {
        known |= care.knows_by(&[as_row(row)]);
    }
    for row in &rows.releases {
        known |= care.knows_by(&[release_as_row(row)]);
    }
    for row in &rows.tasks {
        known |= care.knows_by(&as_rows(row));
    }
    for row in &rows.easements {
        known |= care.knows_by(&easement_as_rows(row));
    }
    for row in &rows.places {
        known |= rows.groups.get(&row.group_id).is_some_and(|group| care.knows_by(&place_as_rows(row, group)));
    }
    for row in &rows.signposts {
        known |= matches!(signposts::shows(said, of, row), Ok(Some(_)));
    }
    known
}

/// The rows behind keys.
async fn rows(db: &impl ConnectionTrait, keys: &[Key]) -> Result<Rows, Trouble> {
    let backend = db.get_database_backend();
    let of = |kinds: &[Kind]| -> Vec<Uuid> {
        keys.iter().filter(|key| kinds.contains(&key.kind)).map(|key| key.id).collect()
    };
    let mut rows = Rows::default();
    let records = of(&[Kind::Need, Kind::Assessment]);
    if !records.is_empty() {
        let these = among(backend, person_record::Column::Id, records);
        rows.records = person_record::Entity::find().filter(these).all(db).await?;
    }
    let given = of(&[Kind::Signpost]);
    if !given.is_empty() {
        let these = among(backend, signpost::Column::Id, given);
        rows.signposts = signpost::Entity::find().filter(these).all(db).await?;
    }
    let steps = of(&[Kind::ReferralStep]);
    if !steps.is_empty() {
        let of_steps = Query::select()
            .column((referral_event::Entity, referral_event::Column::ReferralId))
            .from(referral_event::Entity)
            .and_where(among(backend, referral_event::Column::Id, steps))
            .to_owned();
        let these = referral::Column::Id.in_subquery(of_steps);
        rows.referrals = referral::Entity::find().filter(these).all(db).await?;
    }
    let appointments = of(&[Kind::Appointment]);
    if !appointments.is_empty() {
        let these = among(backend, appointment::Column::Id, appointments);
        rows.appointments = appointment::Entity::find().filter(these).all(db).await?;
    }
    let releases = of(&[Kind::Release]);
    if !releases.is_empty() {
        let these = among(backend, release::Column::Id, releases);
        rows.releases = release::Entity::find().filter(these).all(db).await?;
    }
    let tasks = of(&[Kind::Task]);
    if !tasks.is_empty() {
        let these = among(backend, task::Column::Id, tasks);
        rows.tasks = task::Entity::find().filter(these).all(db).await?;
    }
    let easements = of(&[Kind::Easement]);
    if !easements.is_empty() {
        let these = among(backend, easement::Column::Id, easements);
        rows.easements = easement::Entity::find().filter(these).all(db).await?;
    }
    let places = of(&[Kind::GroupPlace]);
    if !places.is_empty() {
        let these = among(backend, group_place::Column::Id, places);
        rows.places = group_place::Entity::find().filter(these).all(db).await?;
        rows.groups = groups_of(db, &rows.places).await?;
    }
    Ok(rows)
}
