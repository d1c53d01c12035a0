//! Languages: names and the codes of ISO 639 to BCP 47 tags, and back to a name.
//!
//! To add one: a line in the table. Codes: ISO 639-1 where there is one, else ISO 639-3
//! (BCP 47 wants the shortest). The table holds the main languages of the 2021 census of
//! England and Wales and those that services name; other well-formed tags pass as they are.

/// Tag, ISO 639-3 code, names.
const LANGUAGES: &[(&str, &str, &[&str])] = &[
    ("en", "eng", &["English"]),
    ("cy", "cym", &["Welsh", "Cymraeg"]),
    ("gd", "gla", &["Scottish Gaelic", "Gaelic"]),
    ("ga", "gle", &["Irish"]),
    ("sco", "sco", &["Scots"]),
    ("bfi", "bfi", &["British Sign Language", "BSL"]),
    ("am", "amh", &["Amharic"]),
    ("ar", "ara", &["Arabic"]),
    ("az", "aze", &["Azerbaijani"]),
    ("bg", "bul", &["Bulgarian"]),
    ("bn", "ben", &["Bengali", "Bangla"]),
    ("bs", "bos", &["Bosnian"]),
    ("ckb", "ckb", &["Kurdish (Sorani)", "Sorani"]),
    ("cs", "ces", &["Czech"]),
    ("da", "dan", &["Danish"]),
    ("de", "deu", &["German"]),
    ("el", "ell", &["Greek"]),
    ("es", "spa", &["Spanish"]),
    ("et", "est", &["Estonian"]),
    ("fa", "fas", &["Persian", "Farsi"]),
    ("fi", "fin", &["Finnish"]),
    ("fr", "fra", &["French"]),
    ("gu", "guj", &["Gujarati"]),
    ("ha", "hau", &["Hausa"]),
    ("he", "heb", &["Hebrew"]),
    ("hi", "hin", &["Hindi"]),
    ("hr", "hrv", &["Croatian"]),
    ("hu", "hun", &["Hungarian"]),
    ("id", "ind", &["Indonesian"]),
    ("ig", "ibo", &["Igbo"]),
    ("it", "ita", &["Italian"]),
    ("ja", "jpn", &["Japanese"]),
    ("kmr", "kmr", &["Kurdish (Kurmanji)", "Kurmanji"]),
    ("ko", "kor", &["Korean"]),
    ("ku", "kur", &["Kurdish"]),
    ("ln", "lin", &["Lingala"]),
    ("lt", "lit", &["Lithuanian"]),
    ("lv", "lav", &["Latvian"]),
    ("mk", "mkd", &["Macedonian"]),
    ("ml", "mal", &["Malayalam"]),
    ("mr", "mar", &["Marathi"]),
    ("ms", "msa", &["Malay"]),
    ("ne", "nep", &["Nepali"]),
    ("nl", "nld", &["Dutch"]),
    ("no", "nor", &["Norwegian"]),
    ("om", "orm", &["Oromo"]),
    ("pa", "pan", &["Punjabi", "Panjabi"]),
    ("pl", "pol", &["Polish"]),
    ("prs", "prs", &["Dari"]),
    ("ps", "pus", &["Pashto", "Pushto"]),
    ("pt", "por", &["Portuguese"]),
    ("rmy", "rmy", &["Romani", "Romany"]),
    ("ro", "ron", &["Romanian"]),
    ("ru", "rus", &["Russian"]),
    ("si", "sin", &["Sinhala", "Sinhalese"]),
    ("sk", "slk", &["Slovak"]),
    ("sl", "slv", &["Slovenian"]),
    ("sn", "sna", &["Shona"]),
    ("so", "som", &["Somali"]),
    ("sq", "sqi", &["Albanian"]),
    ("sr", "srp", &["Serbian"]),
    ("sv", "swe", &["Swedish"]),
    ("sw", "swa", &["Swahili"]),
    ("syl", "syl", &["Sylheti"]),
    ("ta", "tam", &["Tamil"]),
    ("te", "tel", &["Telugu"]),
    ("th", "tha", &["Thai"]),
    ("ti", "tir", &["Tigrinya"]),
    ("tl", "tgl", &["Tagalog"]),
    ("fil", "fil", &["Filipino"]),
    ("tr", "tur", &["Turkish"]),
    ("tw", "twi", &["Twi"]),
    ("uk", "ukr", &["Ukrainian"]),
    ("ur", "urd", &["Urdu"]),
    ("vi", "vie", &["Vietnamese"]),
    ("wo", "wol", &["Wolof"]),
    ("yi", "yid", &["Yiddish"]),
    ("yo", "yor", &["Yoruba"]),
    ("yue", "yue", &["Cantonese"]),
    ("cmn", "cmn", &["Mandarin"]),
    ("zh", "zho", &["Chinese"]),
    ("zu", "zul", &["Zulu"]),
];

/// The tag of a code, in the usual case (`en-GB`), or `None` when it cannot be one.
pub(super) fn tag(code: &str) -> Option<String> {
    let mut parts = code.trim().split(['-', '_']);
    let language = parts.next()?.to_ascii_lowercase();
    let plain = |part: &str, lengths: std::ops::RangeInclusive<usize>| lengths.contains(&part.len());
    if !plain(&language, 2..=3) || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let shortest = LANGUAGES.iter().find(|(_, long, _)| *long == language).map_or(language.as_str(), |(tag, ..)| tag);
    let mut tag = shortest.to_owned();
    for part in parts {
        if !plain(part, 1..=8) || !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) || tag.len() + part.len() > 34
        {
            return None;
        }
        tag.push('-');
        match part.len() {
            2 => tag.push_str(&part.to_ascii_uppercase()),
            4 if part.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(tag)
}

/// The tags of the languages that a text names: `Urdu`, `Polish and Slovak`. `None` where one
/// of them is not known.
pub(super) fn tags_named(text: &str) -> Option<Vec<String>> {
    let one = |name: &str| {
        let known = |names: &&[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        LANGUAGES.iter().find(|(.., names)| known(names)).map(|(tag, ..)| (*tag).to_owned())
    };
    if let Some(tag) = one(text) {
        return Some(vec![tag]);
    }
    text.split([',', ';', '/', '&'])
        .flat_map(|part| part.split(" and "))
        .filter(|part| !part.trim().is_empty())
        .map(one)
        .collect()
}

/// The name of a tag's language, where we know it.
pub(super) fn name(tag: &str) -> Option<&'static str> {
    let language = tag.split('-').next()?;
    LANGUAGES.iter().find(|(known, ..)| *known == language).and_then(|(.., names)| names.first().copied())
}
