//! How names are compared: without case, accents, apostrophes and hyphens, `&` as `and`, `Saint` as `St`.

/// The form in which two spellings of one name are equal: lower-case words with one space between.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            // Dropped without a gap: "King's Lynn", "St. Helens", and accents written apart.
            '\'' | '’' | '‘' | '`' | '´' | '.' | '!' | '\u{300}'..='\u{36f}' => {}
            '&' => {
                end_word(&mut out);
                out.push_str("and ");
            }
            _ if c.is_alphanumeric() => {
                for lower in c.to_lowercase() {
                    match plain(lower) {
                        "" => out.push(lower),
                        letters => out.push_str(letters),
                    }
                }
            }
            _ => end_word(&mut out),
        }
    }
    end_word(&mut out);
    out.truncate(out.trim_end().len());
    out
}

fn end_word(out: &mut String) {
    if out.is_empty() || out.ends_with(' ') {
        return;
    }
    if out.ends_with("saint") && out.strip_suffix("saint").is_some_and(|before| before.is_empty() || before.ends_with(' ')) {
        out.truncate(out.len() - "aint".len());
        out.push('t');
    }
    out.push(' ');
}

/// The plain letters for an accented Latin one; empty where there are none.
const fn plain(letter: char) -> &'static str {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ē' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => "o",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' => "u",
        'ẁ' | 'ẃ' | 'ŵ' | 'ẅ' => "w",
        'ỳ' | 'ý' | 'ŷ' | 'ÿ' => "y",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        _ => "",
    }
}

/// Whether the words of `part` stand next to each other, in order, within those of `whole`. Both folded.
pub(super) fn has_words(whole: &str, part: &str) -> bool {
    if part.is_empty() {
        return false;
    }
    whole.match_indices(part).any(|(at, _)| {
        let (before, after) = (whole.get(..at), whole.get(at + part.len()..));
        before.is_none_or(|text| text.is_empty() || text.ends_with(' '))
            && after.is_none_or(|text| text.is_empty() || text.starts_with(' '))
    })
}
