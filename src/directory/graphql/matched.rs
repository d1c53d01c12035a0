//! Why services were found by words, in the graph; and pages of services, which tell it.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use entity::ids::ServiceId;

use super::load_one;
use super::need::Need;
use super::service::Service;
use crate::api::paging::PageInfo;
use crate::directory::loaders::{AgencyKey, ServiceKey};
use crate::directory::snapshot::Snapshot;
use crate::directory::snapshot::postings::{How, Understood};
use crate::directory::snapshot::reasons::{Place, Reason, reasons};

/// Words of a text. Positions count UTF-16 code units, as strings of JavaScript, Java and Swift's `NSString` do.
#[derive(Clone, Debug, SimpleObject)]
pub struct WordSpan {
    /// Position of the first.
    pub start: i32,
    /// Position behind the last.
    pub end: i32,
    /// The words themselves.
    pub text: String,
}

impl WordSpan {
    /// The words of a text at these bytes.
    #[must_use]
    pub fn of(text: &str, bytes: Range<usize>) -> Self {
        let units =
            |text: Option<&str>| i32::try_from(text.unwrap_or_default().encode_utf16().count()).unwrap_or(i32::MAX);
        let words = text.get(bytes.clone());
        let start = units(text.get(..bytes.start));
        Self { start, end: start + units(words), text: words.unwrap_or_default().to_owned() }
    }
}

/// Where a word was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MatchedField {
    /// In the service's name, or another name of it.
    Name,
    /// In a name of its agency.
    Agency,
    /// In the name of a need that it meets: `need`.
    Need,
    /// In another word for a need that it meets: `need`.
    Synonym,
    /// In its summary.
    Summary,
    /// In its description.
    Description,
}

/// How what was found stands for the word that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "How")]
pub enum MatchedHow {
    /// It is the word.
    Exact,
    /// It is another form of the word: "benefits" for "benefit".
    Form,
    /// It begins with it: "housing" for "hous".
    Beginning,
    /// It is spelt nearly like it: "hostel" for "hostle". So are words understood that nothing here is known by.
    Spelling,
}

/// Why a service was found by one word of a question: the best of the places where the word stands.
#[derive(Clone, Debug, SimpleObject)]
pub struct WordMatch {
    /// The word that was asked for, without case and accents.
    pub word: String,
    /// Where it was found.
    pub field: MatchedField,
    /// How the plainest of what was found stands for it.
    pub how: MatchedHow,
    /// The need; null where the field is another.
    pub need: Option<Need>,
    /// The text it stands in, or the part around it: plain text, as it is written; `…` stands for what was left out.
    pub excerpt: String,
    /// What of the excerpt stands for the word, in order.
    pub spans: Vec<WordSpan>,
}

/// The words of a question, and the directory they were looked for in.
#[derive(Debug)]
pub struct Sought {
    snapshot: Arc<Snapshot>,
    words: Vec<String>,
    /// Found out when it is first asked for.
    understood: OnceLock<Vec<(String, Understood)>>,
}

impl Sought {
    /// These words, looked for in this directory; `None` where there are no words.
    #[must_use]
    pub fn of(snapshot: &Arc<Snapshot>, words: &[String]) -> Option<Arc<Self>> {
        let sought = || Self { snapshot: Arc::clone(snapshot), words: words.to_vec(), understood: OnceLock::new() };
        (!words.is_empty()).then(|| Arc::new(sought()))
    }

    /// Why a service was found, word by word; nothing where it went away since.
    ///
    /// # Errors
    /// The database failed.
    pub async fn matched(&self, ctx: &Context<'_>, id: ServiceId) -> Result<Vec<WordMatch>> {
        let Some(facts) = self.snapshot.service(id) else { return Ok(Vec::new()) };
        let Some(service) = load_one(ctx, ServiceKey(id)).await? else { return Ok(Vec::new()) };
        let agency = load_one(ctx, AgencyKey(facts.agency)).await?;
        let list = &self.snapshot.need_list;
        let mut texts: Vec<(Place, &str)> = vec![(Place::Name, &service.name)];
        texts.extend(service.alternate_name.as_deref().map(|name| (Place::Name, name)));
        if let Some(agency) = &agency {
            texts.push((Place::Agency, &agency.name));
            texts.extend(agency.alternate_name.as_deref().map(|name| (Place::Agency, name)));
        }
        for (index, need) in facts.needs.iter().filter_map(|index| Some((*index, list.at(*index)?))) {
            texts.push((Place::Need(index), &need.name));
            texts.extend(need.synonyms.iter().map(|synonym| (Place::Synonym(index), synonym.as_str())));
        }
        texts.extend(service.summary.as_deref().map(|text| (Place::Summary, text)));
        texts.extend(service.description.as_deref().map(|text| (Place::Description, text)));
        Ok(reasons(self.understood(), &texts).into_iter().map(|reason| self.shown(reason)).collect())
    }

    fn understood(&self) -> &[(String, Understood)] {
        self.understood.get_or_init(|| {
            self.snapshot.understand(&self.words, |part| &part.service_words, |view, service| view.holds(service))
        })
    }

    fn shown(&self, reason: Reason) -> WordMatch {
        let (field, need) = match reason.place {
            Place::Name => (MatchedField::Name, None),
            Place::Agency => (MatchedField::Agency, None),
            Place::Need(need) => (MatchedField::Need, Some(need)),
            Place::Synonym(need) => (MatchedField::Synonym, Some(need)),
            Place::Summary => (MatchedField::Summary, None),
            Place::Description => (MatchedField::Description, None),
        };
        let list = &self.snapshot.need_list;
        WordMatch {
            word: reason.word,
            field,
            how: reason.how.into(),
            need: need.and_then(|need| Need::of_key(list, &list.at(need)?.key)),
            spans: reason.spans.into_iter().map(|span| WordSpan::of(&reason.excerpt, span)).collect(),
            excerpt: reason.excerpt,
        }
    }
}

/// A page of services.
#[derive(Debug)]
pub struct ServiceConnection {
    pub(crate) nodes: Vec<Service>,
    pub(crate) cursors: Vec<String>,
    pub(crate) page_info: PageInfo,
    pub(crate) total: usize,
    /// There where the list was narrowed by words.
    pub(crate) sought: Option<Arc<Sought>>,
}

/// A page of services.
#[Object]
impl ServiceConnection {
    /// The services of this page, each with its cursor.
    async fn edges(&self) -> Vec<ServiceEdge> {
        let pairs = self.nodes.iter().zip(&self.cursors);
        pairs
            .map(|(node, cursor)| ServiceEdge {
                node: node.clone(),
                cursor: cursor.clone(),
                sought: self.sought.clone(),
            })
            .collect()
    }

    /// The services of this page.
    async fn nodes(&self) -> &[Service] {
        &self.nodes
    }

    /// Where this page stands in the whole list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many services the whole list has, over all pages.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.total).unwrap_or(i32::MAX)
    }
}

/// One of the services of a page, with its cursor.
#[derive(Clone, Debug)]
pub struct ServiceEdge {
    node: Service,
    cursor: String,
    sought: Option<Arc<Sought>>,
}

/// One of the services of a page, with its cursor.
#[Object]
impl ServiceEdge {
    /// What stands here.
    async fn node(&self) -> &Service {
        &self.node
    }

    /// Its cursor: give it as `after` to begin behind it.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Why it was found: each word of `filter.text` with the best place where it stands; empty where the list was not
    /// narrowed by words.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn matched(&self, ctx: &Context<'_>) -> Result<Vec<WordMatch>> {
        match &self.sought {
            Some(sought) => sought.matched(ctx, self.node.0.id).await,
            None => Ok(Vec::new()),
        }
    }
}
