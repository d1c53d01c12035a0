//! How names are compared: without case, accents, apostrophes and hyphens, `&` as `and`, `Saint` as `St`.

/// The form in which two spellings of one name are equal: lower-case words with one space between.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(&mut out, text);
    out
}

/// Adds the folded form of a text to the end of another.
pub(super) fn fold_into(whole: &mut String, text: &str) {
    let mut out = Words { start: whole.len(), whole };
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.whole.push(c),
            'A'..='Z' => out.whole.push(c.to_ascii_lowercase()),
            // Dropped without a gap: "King's Lynn", "St. Helens", and accents written apart.
            '\'' | '’' | '‘' | '`' | '´' | '.' | '!' | '\u{300}'..='\u{36f}' => {}
            '&' => {
                out.end_word();
                out.whole.push_str("and ");
            }
            _ if c.is_alphanumeric() => {
                for lower in c.to_lowercase() {
                    match plain(lower) {
                        "" => out.whole.push(lower),
                        letters => out.whole.push_str(letters),
                    }
                }
            }
            _ => out.end_word(),
        }
    }
    out.end_word();
    if out.written().ends_with(' ') {
        out.whole.pop();
    }
}

/// Words being written at the end of a text.
struct Words<'a> {
    start: usize,
    whole: &'a mut String,
}

impl Words<'_> {
    fn written(&self) -> &str {
        self.whole.get(self.start..).unwrap_or_default()
    }

    fn end_word(&mut self) {
        let written = self.written();
        if written.is_empty() || written.ends_with(' ') {
            return;
        }
        let before = written.strip_suffix("saint");
        if before.is_some_and(|before| before.is_empty() || before.ends_with(' ')) {
            self.whole.truncate(self.whole.len() - "aint".len());
            self.whole.push('t');
        }
        self.whole.push(' ');
    }
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
