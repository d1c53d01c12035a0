//! The rule as `docs` tell it in words, slow and plain. It shares nothing with the code that it is held against.

use entity::enums::{LawfulBasis, Purpose, Role};

use super::world::{KeptOut, OnCaseload, Question, Record, Span, Whose, World};

fn within(span: Span, at: i64) -> bool {
    if at < span.begins {
        return false;
    }
    match span.ends {
        Some(end) => at < end,
        None => true,
    }
}

/// Whether somebody may see a record.
pub(super) fn may_see(world: &World, question: Question, record: &Record) -> bool {
    let Question { account, agency, purpose, at } = question;
    let person = record.person;
    // "Self, or an authorised proxy (a carer)."
    if world.own_accounts[person] == Some(account) {
        return true;
    }
    let account_is_kept_out = world.bars.iter().any(|bar| {
        bar.person == person
            && within(bar.span, at)
            && match bar.whom {
                KeptOut::Account(whom) => whom == account,
                KeptOut::Agency(_) => false,
            }
    });
    for carer in &world.carers {
        if carer.person == person && carer.account == account && within(carer.span, at) && !account_is_kept_out {
            return true;
        }
    }
    // "The account is an active member of the agency at t, its role permits the operation on the category, the person has
    // not barred that agency or account."
    let Some(agency) = agency else { return false };
    // "Figures have a predicate of their own: … counted and suppressed, never returned."
    if purpose == Purpose::Evaluation {
        return false;
    }
    let mut works_there = false;
    for member in &world.members {
        let here = member.account == account && member.agency == Some(agency) && within(member.span, at);
        // Link workers read every category, others none.
        works_there |= here && member.role == Role::LinkWorker;
    }
    let agency_is_kept_out = world.bars.iter().any(|bar| {
        bar.person == person
            && within(bar.span, at)
            && match bar.whom {
                KeptOut::Agency(whom) => whom == agency,
                KeptOut::Account(_) => false,
            }
    });
    if !works_there || account_is_kept_out || agency_is_kept_out {
        return false;
    }
    // "Own record. The row's source agency is the agency, and the account is on the person's caseload or team."
    if record.agency == agency {
        for on in &world.caseloads {
            if on.person != person || on.agency != agency || !within(on.span, at) {
                continue;
            }
            let theirs = match on.whose {
                Whose::Account(whose) => whose == account,
                Whose::Team(team) => {
                    world.teams[team].places.iter().any(|(member, span)| *member == account && within(*span, at))
                }
            };
            if theirs {
                return true;
            }
        }
    }
    // "Shared. All of: an ACTIVE agreement flow source → agency covers category and purpose at t; …"
    for version in &world.versions {
        let active = at < version.expires && version.in_force.iter().any(|span| within(*span, at));
        if !active {
            continue;
        }
        // "a legitimate relationship (… or one closed less than the agreement's N days ago)"; "the receiving agency sees the
        // categories shared with it": by way of a referral, what the referral discloses.
        let related = world.dealings.iter().any(|dealing| {
            let over = match dealing.closed {
                None => false,
                Some(closed) => at - closed >= i64::from(version.related_days) * 24 * 60 * 60 * 1000,
            };
            let disclosed = match dealing.discloses {
                None => true,
                Some(categories) => categories.contains(&record.category),
            };
            dealing.person == person && dealing.agency == agency && dealing.opened <= at && !over && disclosed
        });
        for flow in &version.flows {
            if flow.from != record.agency || flow.to != agency || !flow.covers.contains(&(record.category, purpose)) {
                continue;
            }
            let said = |denies: bool| {
                world.words.iter().any(|word| {
                    let withdrawn = word.withdrawn.is_some_and(|withdrawn| withdrawn <= at);
                    word.denies == denies
                        && word.person == person
                        && word.agencies.contains(&agency)
                        && word.categories.contains(&record.category)
                        && word.purposes.contains(&purpose)
                        && within(word.span, at)
                        && !withdrawn
                })
            };
            // "if that flow's basis is consent, an ACTIVE permit covers recipient, category and purpose, and no deny
            // matches (a deny beats every permit; it does not stop a flow whose recorded basis is a legal obligation or a
            // safeguarding duty …)"
            let lawful = match flow.basis {
                LawfulBasis::Consent => said(false) && !said(true),
                LawfulBasis::LegalObligation | LawfulBasis::SafeguardingDuty => true,
                LawfulBasis::VitalInterests | LawfulBasis::PublicTask | LawfulBasis::LegitimateInterests => !said(true),
            };
            if lawful && related {
                return true;
            }
        }
    }
    false
}

/// Whether somebody may see the header of a referral.
pub(super) fn may_see_referral(world: &World, question: Question, record: &Record) -> bool {
    // What needs no agreement holds of it as of a row of the sender's: agreements are left out of that world.
    let without = World { versions: Vec::new(), ..world.clone() };
    if may_see(&without, question, record) {
        return true;
    }
    let Question { account, agency, purpose, at } = question;
    let Some(agency) = agency else { return false };
    // Whoever works there, and is not kept out, would see a row that every caseload had.
    let on_caseload = OnCaseload { person: record.person, agency, whose: Whose::Account(account), span: Span::ALWAYS };
    let everybodys = World { caseloads: vec![on_caseload], ..without };
    if !may_see(&everybodys, question, &Record { agency, ..record.clone() }) {
        return false;
    }
    // "Party to the referral. The header of a referral … belongs to both its parties while the agreement under which it was
    // sent allows": something flows from the sender to the receiver for the purpose.
    if record.party != Some(agency) {
        return false;
    }
    world.versions.iter().any(|version| {
        let active = at < version.expires && version.in_force.iter().any(|span| within(*span, at));
        let flows = version.flows.iter().any(|flow| {
            let any_category = flow.covers.iter().any(|(_, covered)| *covered == purpose);
            flow.from == record.agency && flow.to == agency && any_category
        });
        active && flows
    })
}
