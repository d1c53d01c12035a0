//! Closed sets about service users: categories, purposes, lawful bases, consent.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// A category of personal data. Every row about a service user belongs to one.
    DataCategory {
        /// Name, date of birth, identifiers.
        Identity = "identity",
        /// Telephone, e-mail, address, and how to reach them safely.
        Contact = "contact",
        /// Where they live.
        Housing = "housing",
        /// Work and training.
        Employment = "employment",
        /// Benefits, money and debt.
        Benefits = "benefits",
        /// Drink and drugs.
        SubstanceUse = "substance_use",
        /// Mental health.
        MentalHealth = "mental_health",
        /// Physical health.
        PhysicalHealth = "physical_health",
        /// Offences, sentences, licence.
        Offending = "offending",
        /// What may happen to them or through them.
        Risk = "risk",
        /// Safeguarding of adults and children.
        Safeguarding = "safeguarding",
        /// Family, carers, children.
        Family = "family",
        /// Characteristics that the Equality Act 2010 protects.
        Equality = "equality",
        /// What workers write.
        CaseNotes = "case_notes",
        /// What became of it.
        Outcomes = "outcomes",
        /// Appointments kept and missed.
        Attendance = "attendance",
    }
}

closed_set! {
    /// What somebody looks for.
    Purpose {
        /// To find who takes them.
        Signposting = "signposting",
        /// To refer them, or to answer a referral.
        Referral = "referral",
        /// To work with others for them.
        CareCoordination = "care_coordination",
        /// To keep somebody safe.
        Safeguarding = "safeguarding",
        /// To reckon figures.
        Evaluation = "evaluation",
    }
}

closed_set! {
    /// On which basis a flow of an agreement is lawful: article 6(1) of the UK GDPR, where a duty to safeguard is told
    /// apart from other legal obligations and public tasks.
    LawfulBasis {
        /// The person's consent, article 6(1)(a).
        Consent = "consent",
        /// A legal obligation, article 6(1)(c).
        LegalObligation = "legal_obligation",
        /// A duty to safeguard, as the Care Act 2014 and the Children Act 2004 put it on agencies.
        SafeguardingDuty = "safeguarding_duty",
        /// Somebody's vital interests, article 6(1)(d).
        VitalInterests = "vital_interests",
        /// A public task, article 6(1)(e).
        PublicTask = "public_task",
        /// Legitimate interests, article 6(1)(f).
        LegitimateInterests = "legitimate_interests",
    }
}

closed_set! {
    /// What a row about a service user is.
    RecordKind {
        /// Who they are.
        Identity = "identity",
        /// How to reach them.
        Contact = "contact",
        /// What signposting asks about.
        Circumstances = "circumstances",
        /// A need.
        Need = "need",
        /// An assessment.
        Assessment = "assessment",
        /// A flag of risk or safeguarding.
        Flag = "flag",
        /// A note.
        Note = "note",
        /// Somebody around them.
        PersonAround = "person_around",
    }
}

closed_set! {
    /// On what authority somebody stands for a service user.
    ProxyAuthority {
        /// The service user named them themselves.
        Named = "named",
        /// The service user told a worker.
        OnTheirWord = "on_their_word",
        /// A lasting power of attorney, a deputyship, parental responsibility.
        Legal = "legal",
    }
}

closed_set! {
    /// What a flag is about.
    FlagKind {
        /// What may happen to them or through them.
        Risk = "risk",
        /// Safeguarding of adults and children.
        Safeguarding = "safeguarding",
    }
}

closed_set! {
    /// What makes an agency somebody to a service user.
    RelationshipKind {
        /// A referral to it.
        Referral = "referral",
        /// Somebody there looks after them.
        Assignment = "assignment",
    }
}

closed_set! {
    /// What a consent says.
    ConsentKind {
        /// They may.
        Permit = "permit",
        /// They may not, whatever a permit says.
        Deny = "deny",
    }
}

closed_set! {
    /// What was decided.
    LedgerDecision {
        /// Something was shown.
        Allowed = "allowed",
        /// Nothing was: as far as whoever asked can tell, there is nobody.
        Refused = "refused",
    }
}

closed_set! {
    /// How far a version of an agreement has come. That it ran out, or that its review is overdue, time brings alone.
    AgreementState {
        /// Being written.
        Draft = "draft",
        /// Being looked at.
        InReview = "in_review",
        /// Approved; not signed by every party.
        AwaitingSignatures = "awaiting_signatures",
        /// Signed by every party, and in force.
        Active = "active",
        /// Out of force for a while.
        Suspended = "suspended",
        /// Another version stands in its place.
        Superseded = "superseded",
        /// Ended for good.
        Terminated = "terminated",
    }
}

closed_set! {
    /// What is done with a version of an agreement.
    AgreementStep {
        /// It was written.
        Drafted = "drafted",
        /// It is to be looked at.
        Submitted = "submitted",
        /// It goes back to be written anew.
        Returned = "returned",
        /// It is as it should be: the parties may sign.
        Approved = "approved",
        /// A party signed.
        Signed = "signed",
        /// Every party has signed: it is in force.
        Activated = "activated",
        /// It is out of force for a while.
        Suspended = "suspended",
        /// It is in force again.
        Resumed = "resumed",
        /// Another version stands in its place.
        Superseded = "superseded",
        /// It ended for good.
        Terminated = "terminated",
    }
}

closed_set! {
    /// As what a party handles data (articles 4(7), 4(8) and 26 of the UK GDPR).
    PartyRole {
        /// It decides by itself.
        Controller = "controller",
        /// It decides together with others.
        JointController = "joint_controller",
        /// It does as another says.
        Processor = "processor",
    }
}

closed_set! {
    /// How a consent was given.
    ConsentMethod {
        /// By word of mouth, face to face.
        Spoken = "spoken",
        /// By signing.
        Signed = "signed",
        /// By telephone.
        Telephone = "telephone",
        /// By themselves, in an app.
        Online = "online",
    }
}

closed_set! {
    /// Who gave a consent.
    ConsentGiver {
        /// The service user.
        Themselves = "themselves",
        /// Who stands for them.
        Proxy = "proxy",
    }
}

closed_set! {
    /// As what a consent ended.
    ConsentEnd {
        /// They took it back.
        Withdrawn = "withdrawn",
        /// Another one stands in its place.
        Superseded = "superseded",
    }
}

closed_set! {
    /// What became of asking a service user.
    ProposalState {
        /// They have not answered.
        Proposed = "proposed",
        /// They said yes.
        Accepted = "accepted",
        /// They said no.
        Refused = "refused",
        /// Whoever asked took it back.
        TakenBack = "taken_back",
    }
}
