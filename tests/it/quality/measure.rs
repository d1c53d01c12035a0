//! The measures.

use std::collections::HashSet;
use std::fmt::Write;

use super::questions::{Kind, Question};

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Ids of what fits, or fits if something is asked, best first.
    pub(crate) offered: Vec<String>,
    /// Those of them that fit outright.
    pub(crate) fitting: HashSet<String>,
    /// Needs that were read from the text.
    pub(crate) said: Vec<Said>,
}

/// A need that was read from a text.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) key: String,
    pub(crate) confidence: u64,
}

/// Sums over questions, each with the number of questions it is over.
#[derive(Debug, Default)]
pub(crate) struct Measures {
    questions: usize,
    recall: Mean,
    precision: Mean,
    ndcg: Mean,
    silent: Mean,
    needs_found: Mean,
    needs_wrong: Mean,
    /// Services that fail a hard criterion and were said to fit, by question.
    violations: Vec<String>,
    /// Questions of which something that must come did not, with what was read from them.
    missed: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    over: usize,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.over += 1;
    }

    fn value(self) -> f64 {
        if self.over == 0 { 1.0 } else { self.sum / self.over as f64 }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

impl Measures {
    /// Adds a question's answer.
    pub(crate) fn add(&mut self, question: &Question, answer: &Answer) {
        self.questions += 1;
        let grade = |id: &String| match (question.must.contains(id), question.may.contains(id)) {
            (true, _) => 3.0,
            (false, true) => 1.0,
            (false, false) => 0.0,
        };
        let first = &answer.offered[..answer.offered.len().min(5)];
        let (musts, named) = (question.must.len(), question.must.len() + question.may.len());
        if musts > 0 {
            let there = first.iter().filter(|id| question.must.contains(id)).count();
            let recall = share(there, musts.min(5));
            self.recall.add(recall);
            if recall < 1.0 {
                let read: Vec<String> =
                    answer.said.iter().map(|need| format!("{} {}", need.key, need.confidence)).collect();
                let place = |id: &String| answer.offered.iter().position(|offered| offered == id).map(|at| at + 1);
                let places: Vec<_> = question.must.iter().map(place).collect();
                self.missed.push(format!(
                    "{} {there}/{}: {:?}\n      meant {:?}\n      read  {read:?}\n      came  {places:?}",
                    question.id,
                    musts.min(5),
                    question.text,
                    question.needs_meant
                ));
            }
        }
        if named > 0 {
            let good = first.iter().filter(|id| grade(id) > 0.0).count();
            self.precision.add(share(good, named.min(5)));
            self.silent.add(f64::from(u8::from(answer.offered.is_empty())));
            let gain = |place: usize, grade: f64| grade / (place as f64 + 2.0).log2();
            let gained: f64 = answer.offered.iter().take(10).enumerate().map(|(at, id)| gain(at, grade(id))).sum();
            let grades = std::iter::repeat_n(3.0, musts).chain(std::iter::repeat_n(1.0, question.may.len()));
            let ideal: f64 = grades.take(10).enumerate().map(|(at, grade)| gain(at, grade)).sum();
            self.ndcg.add(gained / ideal);
        }
        // Areas that a feed states in words alone can't be told: those may be asked about.
        let hard = question.must_not.difference(&question.must_not_for_area);
        let wrong = hard.filter(|id| answer.fitting.contains(*id)).count();
        if wrong > 0 {
            self.violations.push(format!("{} ({wrong})", question.id));
        }
        if question.kind == Kind::OwnWords && !answer.said.is_empty() {
            let sure: HashSet<&str> =
                answer.said.iter().filter(|need| need.confidence >= 45).map(|need| need.key.as_str()).collect();
            let in_ = |keys: &std::collections::BTreeSet<String>| {
                keys.iter().filter(|key| sure.contains(key.as_str())).count()
            };
            if !question.needs_meant.is_empty() {
                self.needs_found.add(share(in_(&question.needs_meant), question.needs_meant.len()));
            }
            if !question.needs_wrong.is_empty() {
                self.needs_wrong.add(share(in_(&question.needs_wrong), question.needs_wrong.len()));
            }
        }
    }
}

/// The answers to a half of the questions: to all of them, to those asked in towns, and to those asked in the country.
#[derive(Debug, Default)]
pub(crate) struct Half {
    pub(crate) all: Measures,
    urban: Measures,
    rural: Measures,
}

impl Half {
    /// Adds a question's answer.
    pub(crate) fn add(&mut self, question: &Question, answer: &Answer) {
        self.all.add(question, answer);
        let setting = if question.is_rural() { &mut self.rural } else { &mut self.urban };
        setting.add(question, answer);
    }
}

/// The report over a half. What was missed is told of the development half alone: it is there to be looked at.
pub(crate) fn report(what: &str, half: &Half) -> String {
    let columns = [&half.all, &half.urban, &half.rural];
    let mut text = format!("{what}\n  {:<26}{:>8}{:>8}{:>8}\n", "", "all", "urban", "rural");
    let counts = columns.map(|measures| measures.questions);
    writeln!(text, "  {:<26}{:>8}{:>8}{:>8}", "questions", counts[0], counts[1], counts[2]).unwrap();
    let rows: [(&str, fn(&Measures) -> Mean); 6] = [
        ("recall at 5", |measures| measures.recall),
        ("precision at 5", |measures| measures.precision),
        ("nDCG at 10", |measures| measures.ndcg),
        ("no answer at all", |measures| measures.silent),
        ("needs read from the text", |measures| measures.needs_found),
        ("tempting needs read", |measures| measures.needs_wrong),
    ];
    for (name, of) in rows {
        let [all, urban, rural] = columns.map(|measures| of(measures).value());
        writeln!(text, "  {name:<26}{all:>8.3}{urban:>8.3}{rural:>8.3}").unwrap();
    }
    let broken = columns.map(|measures| measures.violations.len());
    writeln!(text, "  {:<26}{:>8}{:>8}{:>8}", "hard criteria broken", broken[0], broken[1], broken[2]).unwrap();
    for broken in &half.all.violations {
        writeln!(text, "    {broken}").unwrap();
    }
    if what.contains("dev") {
        writeln!(text, "  not all found             {}", half.all.missed.len()).unwrap();
        half.all.missed.iter().for_each(|missed| writeln!(text, "    {missed}").unwrap());
    }
    text
}

/// What is reached at the least.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor {
    pub(crate) recall: f64,
    pub(crate) precision: f64,
    pub(crate) ndcg: f64,
    pub(crate) silent: f64,
    pub(crate) violations: usize,
}

impl Floor {
    /// Panics where a half reaches less.
    pub(crate) fn hold(&self, half: &Half) {
        let measures = &half.all;
        let reached = [measures.recall.value(), measures.precision.value(), measures.ndcg.value()];
        let floors = [self.recall, self.precision, self.ndcg];
        assert!(reached.iter().zip(floors).all(|(reached, floor)| *reached >= floor), "{reached:?} under {floors:?}");
        let silent = measures.silent.value();
        assert!(silent <= self.silent, "no answer to {silent:.3} of the questions, more than {}", self.silent);
        assert!(measures.violations.len() <= self.violations, "hard criteria broken: {:?}", measures.violations);
    }
}
