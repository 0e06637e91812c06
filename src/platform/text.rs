//! Small things done to texts.

/// A name of ours as the API writes it: `main_image` → `mainImage`.
#[must_use]
pub fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut start_word = false;
    for letter in name.chars() {
        if letter == '_' {
            start_word = true;
        } else if std::mem::take(&mut start_word) {
            camel.extend(letter.to_uppercase());
        } else {
            camel.push(letter);
        }
    }
    camel
}

/// The beginning of a text, in whole words and one line, with an ellipsis where it was cut.
#[must_use]
pub fn shortened(text: &str, max: usize) -> String {
    let mut short = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let added = word.chars().count() + usize::from(length > 0);
        if length + added > max {
            short.push('…');
            return short;
        }
        if length > 0 {
            short.push(' ');
        }
        short.push_str(word);
        length += added;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_beginnings() {
        assert_eq!(camel_case("progress_percentage"), "progressPercentage");
        assert_eq!(camel_case("name"), "name");
        assert_eq!(
            shortened("Une villa\nau bord du fleuve", 100),
            "Une villa au bord du fleuve"
        );
        assert_eq!(shortened("Une villa au bord", 12), "Une villa au…");
    }
}
