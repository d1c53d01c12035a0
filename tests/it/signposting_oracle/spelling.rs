//! Words as plainly as they can be read: what stands for what.

use std::collections::BTreeSet;

/// Words without case, accents and apostrophes.
pub(crate) fn folded(text: &str) -> Vec<String> {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|letter| !"'’‘".contains(*letter))
        .map(|letter| if letter == 'é' { 'e' } else { letter })
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    plain.split_whitespace().map(str::to_owned).collect()
}

/// All the words that anything says.
pub(crate) fn vocabulary<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    texts.into_iter().flat_map(|text| folded(text.as_ref())).collect()
}

/// Whether each of the words stands in one of the texts: a word that begins with it or has its stem, or, where no text
/// at all has such a word, one of those nearest to it in spelling.
pub(crate) fn speaks_of<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    sought: &str,
    vocabulary: &BTreeSet<String>,
) -> bool {
    let said: BTreeSet<String> = texts.into_iter().flat_map(folded).collect();
    folded(sought).iter().all(|sought| {
        let stem = |word: &str| frostem::Stemmer::new(frostem::Algorithm::English).stem(word).into_owned();
        let as_written = |said: &String| said.starts_with(sought.as_str()) || stem(said) == stem(sought);
        if vocabulary.iter().any(as_written) {
            return said.iter().any(as_written);
        }
        let most = match sought.chars().count() {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        let nearest = vocabulary.iter().map(|word| slips(word, sought)).min().filter(|slips| *slips <= most);
        nearest.is_some_and(|nearest| said.iter().any(|said| slips(said, sought) <= nearest))
    })
}

/// Letters that are wrong, missing or too many; two neighbours that changed places, and nothing else, are one slip.
fn slips(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let swapped = |at: usize| {
        let mut swapped = other.clone();
        swapped.swap(at - 1, at);
        swapped
    };
    if one != other && (1..other.len()).any(|at| swapped(at) == one) {
        return 1;
    }
    let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            table[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let wrong = usize::from(one[i - 1] != other[j - 1]);
                    (table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(table[i - 1][j - 1] + wrong)
                }
            };
        }
    }
    table[one.len()][other.len()]
}
