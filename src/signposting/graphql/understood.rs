//! A person's own words, as they were understood, in the graph.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};

use super::input::{SubstanceUseState, Weekday};
use crate::api::errors::bad_input;
use crate::api::scalars::LocalTime;
use crate::directory::graphql::life_enums::{Characteristic, Gender, OffenceType};
use crate::directory::graphql::listing_enums::{AccessFeature, DeliveryMode};
use crate::directory::graphql::matched::WordSpan;
use crate::directory::graphql::need::Need;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::refresh::Live;
use crate::signposting::circumstances::SubstanceUse;
use crate::signposting::interpret::{Found, Interpretation, Interpreter, MAX_TEXT, Said, Span};

/// What a text was understood to say.
#[derive(Clone, Debug)]
pub struct Understood {
    text: Arc<str>,
    found: Arc<Interpretation>,
}

impl Understood {
    /// What a text says.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a text that is too long or has nothing in it.
    pub fn of(ctx: &Context<'_>, field: &str, text: &str) -> Result<Self> {
        if text.trim().is_empty() {
            return Err(bad_input(field, "There is nothing in the text: say what is needed, or leave it out."));
        }
        let interpreter = ctx.data::<Arc<Interpreter>>()?;
        let found = interpreter
            .interpret(text)
            .map_err(|_| bad_input(field, format!("The text is too long: at most {MAX_TEXT} characters.")))?;
        Ok(Self { text: text.into(), found: Arc::new(found) })
    }

    /// What was found in it.
    #[must_use]
    pub fn found(&self) -> &Interpretation {
        &self.found
    }

    fn spans(&self, spans: &[Span]) -> Vec<WordSpan> {
        spans.iter().map(|span| WordSpan::of(&self.text, span.start..span.end)).collect()
    }
}

/// What a text was understood to say. Nothing of it is stored.
#[Object(name = "Interpretation")]
impl Understood {
    /// The needs it speaks of, the surest first.
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<InterpretedNeed>> {
        let list = ctx.data::<Live>()?.needs();
        Ok(self.found.needs.iter().filter_map(|found| self.need(list, found)).collect())
    }

    /// What it says of the person's life, the surest first.
    async fn circumstances(&self) -> Vec<InterpretedCircumstance> {
        self.found.circumstances.iter().map(|found| InterpretedCircumstance::of(found, self)).collect()
    }

    /// When the person can come, in the order of the text. A time of less than 60 percent ("heard back on Monday") is
    /// told here, and not used: no service is left out because it is shut then.
    async fn when(&self) -> Vec<InterpretedTime> {
        let times = self.found.when.iter();
        times
            .map(|found| InterpretedTime {
                days: found.what.days.iter().map(Weekday::from).collect(),
                from: LocalTime(found.what.from),
                to: LocalTime(found.what.to),
                confidence: found.confidence.into(),
                words: self.spans(&found.words),
            })
            .collect()
    }

    /// Ways of being reached that will do, the surest first.
    async fn delivery(&self) -> Vec<InterpretedDelivery> {
        let ways = self.found.delivery.iter();
        ways.map(|found| InterpretedDelivery {
            mode: found.what.into(),
            confidence: found.confidence.into(),
            words: self.spans(&found.words),
        })
        .collect()
    }

    /// Where the person is: a postcode or a part of one; null where the text has none.
    #[graphql(name = "where")]
    async fn place(&self) -> Option<InterpretedPlace> {
        self.found.place.as_ref().map(|found| InterpretedPlace {
            place: found.what.to_string(),
            confidence: found.confidence.into(),
            words: self.spans(&found.words),
        })
    }

    /// Words of which nothing was made: ask what they mean.
    async fn not_understood(&self) -> Vec<WordSpan> {
        self.spans(&self.found.not_understood)
    }
}

impl Understood {
    fn need(&self, list: &Arc<NeedList>, found: &crate::signposting::interpret::FoundNeed) -> Option<InterpretedNeed> {
        Some(InterpretedNeed {
            need: Need::of_key(list, &found.key)?,
            confidence: found.confidence.into(),
            words: self.spans(&found.words),
        })
    }
}

/// A need that a text speaks of.
#[derive(Clone, Debug, SimpleObject)]
pub struct InterpretedNeed {
    /// The need.
    pub need: Need,
    /// How sure that is, in percent.
    pub confidence: i32,
    /// The words it was read from, in the order of the text.
    pub words: Vec<WordSpan>,
}

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CircumstanceKind {
    /// Age: `age`.
    Age,
    /// Gender: `gender`.
    Gender,
    /// Drink and drugs: `substanceUse`, and `abstinentDays` where they were said.
    SubstanceUse,
    /// An offence that a service may ask about: `offence`.
    Offence,
    /// That there is no offence.
    NoOffences,
    /// A characteristic, and whether it holds: `characteristic`, `holds`.
    Characteristic,
    /// A language that is spoken: `language`.
    Language,
    /// What the person needs in order to come at all: `access`.
    Access,
}

/// One thing that a text says of the person's life. Only the fields that its kind names are not null.
#[derive(Clone, Debug, SimpleObject)]
pub struct InterpretedCircumstance {
    /// What it is about.
    pub kind: CircumstanceKind,
    /// Age in years.
    pub age: Option<f64>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Where the person stands with drink and drugs.
    pub substance_use: Option<SubstanceUseState>,
    /// Days since the last use.
    pub abstinent_days: Option<i32>,
    /// The offence.
    pub offence: Option<OffenceType>,
    /// The characteristic.
    pub characteristic: Option<Characteristic>,
    /// Whether the characteristic holds.
    pub holds: Option<bool>,
    /// The language, as a BCP 47 tag.
    pub language: Option<String>,
    /// What the person needs in order to come.
    pub access: Option<AccessFeature>,
    /// How sure that is, in percent.
    pub confidence: i32,
    /// The words it was read from, in the order of the text.
    pub words: Vec<WordSpan>,
}

impl InterpretedCircumstance {
    fn of(found: &Found<Said>, text: &Understood) -> Self {
        let mut shown = Self {
            kind: CircumstanceKind::NoOffences,
            age: None,
            gender: None,
            substance_use: None,
            abstinent_days: None,
            offence: None,
            characteristic: None,
            holds: None,
            language: None,
            access: None,
            confidence: found.confidence.into(),
            words: text.spans(&found.words),
        };
        match &found.what {
            Said::Age(age) => (shown.kind, shown.age) = (CircumstanceKind::Age, Some(*age)),
            Said::Gender(gender) => (shown.kind, shown.gender) = (CircumstanceKind::Gender, Some((*gender).into())),
            Said::SubstanceUse(using) => {
                shown.kind = CircumstanceKind::SubstanceUse;
                (shown.substance_use, shown.abstinent_days) = match using {
                    SubstanceUse::Using => (Some(SubstanceUseState::Using), None),
                    SubstanceUse::Abstinent { days } => (Some(SubstanceUseState::Abstinent), days.map(i32::from)),
                    SubstanceUse::Never => (Some(SubstanceUseState::Never), None),
                };
            }
            Said::Offence(which) => (shown.kind, shown.offence) = (CircumstanceKind::Offence, Some((*which).into())),
            Said::NoOffences => {}
            Said::Characteristic(which, holds) => {
                shown.kind = CircumstanceKind::Characteristic;
                (shown.characteristic, shown.holds) = (Some((*which).into()), Some(*holds));
            }
            Said::Language(tag) => (shown.kind, shown.language) = (CircumstanceKind::Language, Some(tag.clone())),
            Said::Access(which) => (shown.kind, shown.access) = (CircumstanceKind::Access, Some((*which).into())),
        }
        shown
    }
}

/// A time at which the person can come, by a text.
#[derive(Clone, Debug, SimpleObject)]
pub struct InterpretedTime {
    /// Days of the week.
    pub days: Vec<Weekday>,
    /// From this time of the wall clock.
    pub from: LocalTime,
    /// Until this time, on the next day where it is not later than `from`.
    pub to: LocalTime,
    /// How sure that is, in percent.
    pub confidence: i32,
    /// The words it was read from, in the order of the text.
    pub words: Vec<WordSpan>,
}

/// A way of being reached that will do, by a text.
#[derive(Clone, Debug, SimpleObject)]
pub struct InterpretedDelivery {
    /// The way.
    pub mode: DeliveryMode,
    /// How sure that is, in percent.
    pub confidence: i32,
    /// The words it was read from, in the order of the text.
    pub words: Vec<WordSpan>,
}

/// Where the person is, by a text.
#[derive(Clone, Debug, SimpleObject)]
pub struct InterpretedPlace {
    /// A postcode or a part of one, in its usual form.
    pub place: String,
    /// How sure that is, in percent.
    pub confidence: i32,
    /// The words it was read from.
    pub words: Vec<WordSpan>,
}

/// Root field of interpretation.
#[derive(Clone, Copy, Debug, Default)]
pub struct InterpretationQuery;

/// Root field of interpretation.
#[Object]
impl InterpretationQuery {
    /// What somebody's own words say: needs and circumstances, each with the words it came from and how sure it is.
    /// `signpost` takes the same text. Public; nothing of it is stored. Not to be asked by GET: what a person lives
    /// through does not belong in an address.
    async fn interpret_needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words, as they were said or typed; at most 2,000 characters.")] text: String,
    ) -> Result<Understood> {
        Understood::of(ctx, "text", &text)
    }
}
