//! Drawings come out as drawn, and attacks as nothing.

use std::time::Instant;

use super::*;

/// Puts content into a drawing of 100 × 100.
fn drawing(content: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 100 100\">{content}</svg>"
    )
}

fn refused(svg: &str) -> ImageError {
    let started = Instant::now();
    let error = process(svg.as_bytes()).map(|made| made.width).unwrap_err();
    assert!(
        started.elapsed().as_secs() < 10,
        "{:?}: {error}",
        started.elapsed()
    );
    error
}

/// The pixel of the PNG at a place given in hundredths.
fn pixel(made: &ProcessedImage, x: u32, y: u32) -> [u8; 4] {
    let png = made
        .renditions
        .iter()
        .rfind(|r| r.format == RenditionFormat::Png)
        .unwrap();
    let picture = image::load_from_memory(&png.bytes).unwrap().into_rgba8();
    picture.get_pixel(x * png.width / 100, y * png.height / 100).0
}

#[test]
fn a_logo_keeps_its_shape_its_colours_and_its_transparency() {
    let svg = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Generator: a drawing program -->\n\
         <!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n{}",
        drawing(
            "<defs><style>.red{fill:#c81e1e;clip-path:url(#left)}.sun{fill:url(#g)}</style>\
             <clipPath id=\"left\"><rect width=\"50\" height=\"100\"/></clipPath>\
             <linearGradient id=\"g\"><stop stop-color=\"#00f\"/><stop offset=\"1\" stop-color=\"#00f\"/></linearGradient></defs>\
             <rect class=\"red\" x=\"10\" y=\"10\" width=\"80\" height=\"80\"/><g id=\"dot\"><circle class=\"sun\" cx=\"75\" cy=\"50\" r=\"10\"/></g>\
             <use xlink:href=\"#dot\" y=\"-30\" opacity=\".5\"/>"
        )
    );
    let made = process(svg.as_bytes()).unwrap();
    assert_eq!(
        (made.source, made.width, made.height),
        (SourceFormat::Svg, 1280, 1280)
    );
    assert!(made.has_alpha);
    assert_eq!(pixel(&made, 2, 2)[3], 0, "the ground is transparent");
    assert_eq!(pixel(&made, 30, 50), [0xC8, 0x1E, 0x1E, 255]);
    assert_eq!(pixel(&made, 60, 80)[3], 0, "clipped by the style sheet");
    assert_eq!(pixel(&made, 75, 50), [0, 0, 255, 255]);
    assert_eq!(pixel(&made, 75, 20)[3], 128, "the copy lets half through");
    let formats: Vec<_> = made.renditions[..3].iter().map(|r| r.format).collect();
    assert_eq!(
        formats,
        [RenditionFormat::Webp, RenditionFormat::Jpeg, RenditionFormat::Png]
    );
}

#[test]
fn the_long_side_decides() {
    let wide = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"240\" height=\"60\"><path d=\"M0 0h240v60H0z\"/></svg>";
    let made = process(wide.as_bytes()).unwrap();
    assert_eq!((made.width, made.height), (1280, 320));
    assert!(!made.has_alpha);
    for size in [
        "viewBox=\"0 0 1e9 1e9\"",
        "width=\"1e9\" height=\"1e9\" viewBox=\"0 0 24 24\"",
        "width=\"1000000mm\" height=\"100000mm\"",
        "viewBox=\"0 0 0.001 0.001\"",
    ] {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" {size}><rect width=\"100%\" height=\"100%\"/></svg>"
        );
        let started = Instant::now();
        let made = process(svg.as_bytes()).unwrap();
        assert_eq!(made.width.max(made.height), 1280, "{size}");
        assert!(started.elapsed().as_secs() < 5);
    }
    for size in [
        "width=\"0\" height=\"0\"",
        "viewBox=\"0 0 -5 10\"",
        "width=\"NaN\"",
    ] {
        let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {size}/>");
        let _ = refused(&svg);
    }
}

#[test]
fn what_runs_in_a_browser_does_nothing_here() {
    let square = "<rect x=\"10\" y=\"10\" width=\"30\" height=\"30\" fill=\"#0a0\"/>";
    for attack in [
        "<script>alert('SECRET')</script>",
        "<script type=\"text/javascript\" href=\"https://mal.example/SECRET.js\"/>",
        "<g onload=\"SECRET()\" onclick=\"SECRET()\"/>",
        "<a href=\"javascript:alert('SECRET')\"><rect x=\"60\" y=\"60\" width=\"9\" height=\"9\"/></a>",
        "<foreignObject width=\"100\" height=\"100\"><body xmlns=\"http://www.w3.org/1999/xhtml\"><img src=\"x\" onerror=\"SECRET()\"/><script>SECRET</script></body></foreignObject>",
        "<use href=\"https://mal.example/SECRET.svg#x\"/>",
        "<use href=\"file:///etc/passwd#x\"/>",
        "<use href=\"data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=#x\"/>",
        "<style>@import url(https://mal.example/SECRET.css); rect{fill:url(https://mal.example/SECRET.svg#p)}</style>",
        "<rect width=\"5\" height=\"5\" fill=\"url(https://mal.example/SECRET.svg#p)\"/>",
        "<rect width=\"5\" height=\"5\" filter=\"url(file:///etc/passwd#p)\"/>",
        "<animate attributeName=\"href\" values=\"javascript:SECRET()\"/><set attributeName=\"onload\" to=\"SECRET()\"/>",
        "<metadata>SECRET</metadata><title>SECRET</title><desc>SECRET</desc>",
        "<iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"javascript:SECRET()\"/>",
        "<?xml-stylesheet href=\"https://mal.example/SECRET.css\"?>",
        "<!-- SECRET -->",
    ] {
        let made = process(drawing(&format!("{attack}{square}")).as_bytes())
            .unwrap_or_else(|error| panic!("{attack}: {error}"));
        for rendition in &made.renditions {
            assert!(
                !rendition.bytes.windows(6).any(|window| window == b"SECRET"),
                "{attack}"
            );
            assert!(image::guess_format(&rendition.bytes).is_ok());
        }
    }
}

#[test]
fn what_would_be_missing_is_refused_with_a_reason() {
    for (content, word) in [
        ("<text>Belle House</text>", "text"),
        (
            "<image href=\"https://mal.example/x.png\" width=\"9\" height=\"9\"/>",
            "picture",
        ),
        (
            "<image xlink:href=\"file:///etc/passwd\" width=\"9\" height=\"9\"/>",
            "picture",
        ),
        (
            "<image href=\"data:image/png;base64,iVBORw0KGgo=\" width=\"9\" height=\"9\"/>",
            "picture",
        ),
        (
            "<filter id=\"f\"><feImage href=\"file:///etc/passwd\"/></filter>",
            "picture",
        ),
        (
            "<pattern id=\"p\" width=\"1e-9\" height=\"1e-9\"><path d=\"M0 0h1\"/></pattern>",
            "patterns",
        ),
        ("", "empty"),
        ("<rect width=\"50\" height=\"50\" fill=\"none\"/>", "empty"),
    ] {
        let error = refused(&drawing(content));
        assert_eq!(error.code(), "UNSUPPORTED_DRAWING", "{content}: {error}");
        assert!(error.to_string().contains(word), "{content}: {error}");
    }
    assert_eq!(
        refused("<svg xmlns=\"http://www.w3.org/2000/svg\"><g>"),
        ImageError::Truncated
    );
    assert_eq!(refused("<svg onload=alert(1)>"), ImageError::Damaged);
    assert_eq!(
        refused("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"></g>"),
        ImageError::Damaged
    );
}

/// As Illustrator saves it when it is to be edited again.
#[test]
fn names_of_namespaces_may_be_abbreviated() {
    let file = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
        <!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\" [\n\
        \t<!ENTITY ns_svg \"http://www.w3.org/2000/svg\">\n\t<!ENTITY ns_ai 'http://ns.adobe.com/AdobeIllustrator/10.0/'>\n]>\n\
        <svg version=\"1.1\" xmlns=\"&ns_svg;\" xmlns:i=\"&ns_ai;\" viewBox=\"0 0 100 50\"><switch>\
        <foreignObject requiredExtensions=\"&ns_ai;\" width=\"1\" height=\"1\"><i:pgf/></foreignObject>\
        <g i:extraneous=\"self\"><path d=\"M0 0h90v40z\"/></g></switch></svg>";
    let made = process(file.as_bytes()).unwrap();
    assert_eq!(made.width, 2 * made.height);
}

#[test]
fn entities_that_grow_or_reach_outside_are_refused() {
    let mut bomb = "<!DOCTYPE svg [<!ENTITY a0 \"lol\">".to_owned();
    for n in 1..10 {
        bomb += &format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10));
    }
    bomb += "]>";
    for head in [
        bomb.as_str(),
        "<!DOCTYPE svg [<!ENTITY a9 SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE svg [<!ENTITY % p SYSTEM \"https://mal.example/x.dtd\">%p;]>",
        "<!DOCTYPE svg [<!ENTITY a9 PUBLIC \"x\" \"https://mal.example/x\">]>",
        "<!DOCTYPE svg [<!ENTITY a9 \"<script/>\">]>",
        "<!DOCTYPE svg [<!ENTITY a9\"x\">]>",
        "<!DOCTYPE svg [<!ENTITY a9 \"x\"",
    ] {
        let error = refused(&format!(
            "<?xml version=\"1.0\"?>{head}{}",
            drawing("<title>&a9;</title><path d=\"M0 0h9v9z\"/>")
        ));
        assert!(error.to_string().contains("entities"), "{error}");
    }
    let many = format!("<!DOCTYPE svg [{}]>", "<!ENTITY a9 \"x\">".repeat(65));
    let long = format!("<!DOCTYPE svg [<!ENTITY a9 \"{}\">]>", "x".repeat(257));
    let often = format!("<!DOCTYPE svg [<!ENTITY a9 \"{}\">]>", "x".repeat(256));
    for (head, uses) in [(many, 1), (long, 1), (often, 5_000)] {
        let error = refused(&format!(
            "{head}{}",
            drawing(&format!(
                "<title>{}</title><path d=\"M0 0h9v9z\"/>",
                "&a9;".repeat(uses)
            ))
        ));
        assert!(error.to_string().contains("entities"), "{error}");
    }
    // One that isn't declared, and a document type that stands elsewhere, are nothing to expand.
    assert_eq!(refused(&drawing("&a9;")), ImageError::Damaged);
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let copies = |n: usize, element: &str| element.repeat(n);
    let uses: String = (1..40)
        .map(|n| {
            format!(
                "<g id=\"g{n}\">{}</g>",
                copies(10, &format!("<use href=\"#g{}\"/>", n - 1))
            )
        })
        .collect();
    let masks: String = (1..40)
        .map(|n| {
            let square = format!("<rect width=\"99\" height=\"99\" mask=\"url(#m{})\"/>", n - 1);
            format!("<mask id=\"m{n}\">{}</mask>", copies(10, &square))
        })
        .collect();
    let styled: String = (0..40)
        .map(|n| {
            format!(
                "<mask id=\"m{n}\">{}</mask>",
                copies(10, &format!("<rect class=\"c{n}\" width=\"9\" height=\"9\"/>"))
            )
        })
        .collect();
    let sheet: String = (1..40)
        .map(|n| format!(".c{n}{{mask:url( '#m{}' )}}", n - 1))
        .collect();
    let blurred =
        "<filter id=\"f\"><feGaussianBlur stdDeviation=\"40\"/><feGaussianBlur stdDeviation=\"40\"/></filter>"
            .to_owned() + &copies(400, "<rect width=\"100\" height=\"100\" filter=\"url(#f)\"/>");
    let nested_layers = "<g opacity=\".9\">".repeat(60)
        + "<rect width=\"99\" height=\"99\"/><rect width=\"9\" height=\"9\"/>"
        + &"</g>".repeat(60);
    for (name, content) in [
        ("uses", format!("<g id=\"g0\"><rect width=\"9\" height=\"9\"/></g>{uses}<use href=\"#g39\"/>")),
        ("masks", format!("<mask id=\"m0\"><rect width=\"9\" height=\"9\"/></mask>{masks}<rect width=\"9\" height=\"9\" mask=\"url(#m39)\"/>")),
        ("styled masks", format!("<style>{sheet}</style>{styled}<rect class=\"c39\" width=\"9\" height=\"9\"/>")),
        ("a circle", "<g id=\"a\"><use href=\"#b\"/></g><g id=\"b\"><use href=\"#c\"/></g><g id=\"c\"><use href=\"#a\"/></g>".to_owned()),
        ("depth", "<g>".repeat(15_000) + &"</g>".repeat(15_000)),
        ("nodes", copies(60_000, "<g/>")),
        ("paints", copies(9_000, "<rect width=\"100\" height=\"100\" fill-opacity=\".1\"/>")),
        ("blurs", blurred),
        ("layers", nested_layers),
        ("dashes", "<path d=\"M0 0h100\" stroke=\"red\" stroke-dasharray=\"0.0001\"/>".to_owned()),
        ("noise", "<filter id=\"f\"><feTurbulence numOctaves=\"999999999\"/></filter>".to_owned()),
        ("rules", format!("<style>{}</style>{}", ".a{x:y}".repeat(20_000), copies(5_000, "<g/>"))),
    ] {
        let error = refused(&drawing(&content));
        assert_eq!(error.code(), "UNSUPPORTED_DRAWING", "{name}: {error}");
    }
    let long = drawing(&format!("<path d=\"M0 0{}\"/>", "h1".repeat(600_000)));
    assert_eq!(refused(&long).code(), "UNSUPPORTED_DRAWING");
}

#[test]
fn what_is_just_allowed_is_drawn_in_time() {
    let started = Instant::now();
    let inside = "<rect width=\"100\" height=\"100\" fill=\"#0a0\"/>";
    let many = drawing(&format!(
        "{}{inside}",
        "<circle cx=\"5\" cy=\"5\" r=\"2\" stroke=\"red\"/>".repeat(8_000)
    ));
    let deep = drawing(&format!("{}{inside}{}", "<g>".repeat(90), "</g>".repeat(90)));
    let blur = drawing(&format!(
        "<filter id=\"f\"><feGaussianBlur stdDeviation=\"90\"/></filter>{}",
        "<rect width=\"100\" height=\"100\" filter=\"url(#f)\"/>".repeat(3)
    ));
    let line = drawing(&format!(
        "<path stroke=\"red\" d=\"M0 0{}\"/>",
        "l9 9-9-8".repeat(8_000)
    ));
    for (name, svg) in [("many", many), ("deep", deep), ("blur", blur), ("line", line)] {
        let before = Instant::now();
        process(svg.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        println_to_log(name, before);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// For the person who tunes the limits: shown when the test fails.
fn println_to_log(name: &str, since: Instant) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{name}: {:?}", since.elapsed());
}

#[test]
fn only_drawings_are_taken_for_drawings() {
    for text in [
        "<html><svg></svg></html>",
        "svg",
        "<svgx/>",
        "<!-- <svg/> -->",
        "{\"a\":\"<svg\"}",
    ] {
        assert!(
            matches!(process(text.as_bytes()), Err(ImageError::Unsupported { .. })),
            "{text}"
        );
    }
}

#[test]
fn damaged_drawings_never_panic() {
    let whole = drawing(
        "<style>.a{fill:url(#g)}</style><linearGradient id=\"g\"><stop/></linearGradient><path class=\"a\" d=\"M1 1l9 9z\"/>",
    );
    for at in 0..whole.len() {
        let _ = process(&whole.as_bytes()[..at]);
        let mut broken = whole.clone().into_bytes();
        broken[at] ^= 0x15;
        let _ = process(&broken);
    }
}
