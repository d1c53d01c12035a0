//! What in a text points at one person, where it is of a form that gives it away. Pure.
//!
//! Somebody who was turned away has no place in the report of it, and this catches what is obvious: it is a help to
//! whoever writes, not a proof that nothing of anybody was written.

/// Something that points at one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// An e-mail address.
    Email,
    /// A telephone number of the United Kingdom.
    Telephone,
    /// A National Insurance number.
    NationalInsurance,
    /// A date of birth.
    DateOfBirth,
}

impl Identifier {
    /// What it is called.
    #[must_use]
    pub const fn called(self) -> &'static str {
        match self {
            Self::Email => "an e-mail address",
            Self::Telephone => "a telephone number",
            Self::NationalInsurance => "a National Insurance number",
            Self::DateOfBirth => "a date of birth",
        }
    }

    /// Whether a service has one too: what is right in a word about a service, and wrong in one about a refusal.
    #[must_use]
    pub const fn may_be_a_services(self) -> bool {
        match self {
            Self::Email | Self::Telephone => true,
            Self::NationalInsurance | Self::DateOfBirth => false,
        }
    }
}

/// What a text holds of these, each once.
#[must_use]
pub fn found(text: &str) -> Vec<Identifier> {
    let letters: Vec<char> = text.chars().collect();
    let tests = [
        (Identifier::Email, has_email(text)),
        (Identifier::Telephone, has_telephone(text)),
        (Identifier::NationalInsurance, has_national_insurance(&letters)),
        (Identifier::DateOfBirth, has_date_of_birth(text)),
    ];
    tests.into_iter().filter(|(_, has)| *has).map(|(which, _)| which).collect()
}

fn has_email(text: &str) -> bool {
    let pieces = text.split(|letter: char| letter.is_whitespace() || ",;:<>()[]\"'".contains(letter));
    let is_one = |piece: &str| {
        let Some((local, domain)) = piece.split_once('@') else { return false };
        let domain = domain.trim_end_matches(['.', '!', '?']);
        let ends_well = domain.rsplit_once('.').is_some_and(|(host, top)| !host.is_empty() && top.chars().count() >= 2);
        local.ends_with(char::is_alphanumeric) && ends_well
    };
    pieces.into_iter().any(is_one)
}

/// Whether a word is a date in figures, as `03/04/2026` or `2026-04-03`.
fn is_date(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| !letter.is_ascii_digit());
    ['/', '-', '.'].into_iter().any(|between| {
        let parts: Vec<&str> = word.split(between).collect();
        let figures = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        figures && matches!(lengths.as_slice(), [1 | 2, 1 | 2, 2 | 4] | [4, 1 | 2, 1 | 2])
    })
}

/// Fewest figures of a number behind its 0 or +44.
const FEWEST_FIGURES: usize = 9;
/// Most signs between two figures of one number.
const MOST_BETWEEN: usize = 3;

fn has_telephone(text: &str) -> bool {
    // A date and an hour beside it are no number.
    let words = text.split_whitespace().map(|word| if is_date(word) { ";" } else { word });
    let letters: Vec<char> = words.collect::<Vec<_>>().join(" ").chars().collect();
    let starts = letters.iter().enumerate().filter(|(at, letter)| {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        letter.is_ascii_digit() && before.is_none_or(|before| !before.is_alphanumeric())
    });
    starts.into_iter().any(|(at, _)| {
        let plus = at.checked_sub(1).and_then(|before| letters.get(before)) == Some(&'+');
        let figures = figures_from(&letters, at);
        let national = match (plus, figures.strip_prefix("0044"), figures.strip_prefix("44")) {
            (_, Some(rest), _) | (true, None, Some(rest)) => Some(rest.trim_start_matches('0')),
            (_, None, _) => figures.strip_prefix('0'),
        };
        national.is_some_and(|national| national.len() >= FEWEST_FIGURES)
    })
}

/// The figures from here on, with little between them.
fn figures_from(letters: &[char], at: usize) -> String {
    let mut figures = String::new();
    let mut between = 0;
    for letter in letters.iter().skip(at) {
        if letter.is_ascii_digit() {
            figures.push(*letter);
            between = 0;
        } else if " -().\u{a0}".contains(*letter) && between < MOST_BETWEEN {
            between += 1;
        } else {
            break;
        }
    }
    figures
}

fn has_national_insurance(letters: &[char]) -> bool {
    (0..letters.len()).any(|at| {
        let inside = at.checked_sub(1).and_then(|before| letters.get(before)).is_some_and(|one| one.is_alphanumeric());
        !inside && is_national_insurance(letters.get(at..).unwrap_or_default())
    })
}

/// Two letters, six figures and a letter from A to D, in whichever way they are spaced.
fn is_national_insurance(letters: &[char]) -> bool {
    let mut wanted = 0;
    let mut between = 0;
    for (at, letter) in letters.iter().enumerate() {
        let fits = match wanted {
            0 | 1 => letter.is_ascii_alphabetic(),
            2..=7 => letter.is_ascii_digit(),
            _ => matches!(letter.to_ascii_uppercase(), 'A'..='D'),
        };
        if fits {
            wanted += 1;
            between = 0;
            if wanted == 9 {
                return letters.get(at + 1).is_none_or(|next| !next.is_alphanumeric());
            }
        } else if wanted >= 2 && " -.\u{a0}".contains(*letter) && between == 0 {
            between += 1;
        } else {
            return false;
        }
    }
    false
}

fn has_date_of_birth(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let bare = |word: &str| word.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let says_so = words.iter().any(|word| bare(word) == "dob" || bare(word).strip_prefix("dob").is_some_and(figures))
        || words.windows(3).any(|three| three.iter().map(|word| bare(word)).eq(["date", "of", "birth"]));
    let born = words.iter().enumerate().any(|(at, word)| {
        bare(word) == "born"
            && words.iter().skip(at + 1).take(2).any(|word| bare(word).starts_with(|one: char| one.is_ascii_digit()))
    });
    says_so || born
}

fn figures(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
