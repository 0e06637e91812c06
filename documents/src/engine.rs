//! The typst compiler, told of nothing but the templates, the fonts and one document's data: no files, no packages, no
//! network, no date.

use std::sync::OnceLock;

use ttf_parser::Face;
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::sheet::Sheet;

/// What all documents are drawn with.
const MAIN: &str = "main.typ";
/// Where the templates read what to print. Data reaches them as JSON and is never spliced into their source, so
/// nothing that is typed into a description is ever read as markup.
const DATA: &str = "data.json";
/// Where they read the logo.
const LOGO: &str = "logo";

const TEMPLATES: [(&str, &str); 4] = [
    (MAIN, include_str!("../templates/main.typ")),
    ("page.typ", include_str!("../templates/page.typ")),
    ("letterhead.typ", include_str!("../templates/letterhead.typ")),
    ("ledger.typ", include_str!("../templates/ledger.typ")),
];

/// The last one has what West Africa writes in Arabic letters, Ajami of Hausa, Zarma and Fulfulde included.
const FONTS: [&[u8]; 4] = [
    include_bytes!("../fonts/Inter-Regular.otf"),
    include_bytes!("../fonts/Inter-SemiBold.otf"),
    include_bytes!("../fonts/InterDisplay-Light.otf"),
    include_bytes!("../fonts/Harmattan-Regular.ttf"),
];

/// Why a document could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The data could not be written for the template.
    #[error("the document's data could not be written: {0}")]
    Data(#[from] serde_json::Error),
    /// The template, or what became of it, was refused: a defect of this crate.
    #[error("the template failed: {0}")]
    Template(String),
}

/// What is the same for all documents. Fonts stay where the binary has them.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: Vec<Source>,
    main: FileId,
    data: FileId,
    logo: FileId,
}

/// Built when the first document is drawn: a server that draws none pays nothing.
fn shared() -> Result<&'static Shared, RenderError> {
    static SHARED: OnceLock<Result<Shared, String>> = OnceLock::new();
    SHARED
        .get_or_init(Shared::try_new)
        .as_ref()
        .map_err(|error| RenderError::Template(error.clone()))
}

impl Shared {
    fn try_new() -> Result<Self, String> {
        let fonts: Vec<Font> = FONTS
            .into_iter()
            .flat_map(|font| Font::iter(Bytes::new(font)))
            .collect();
        let mut sources = Vec::new();
        for (name, text) in TEMPLATES {
            sources.push(Source::new(file_id(name)?, text.to_owned()));
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            sources,
            main: file_id(MAIN)?,
            data: file_id(DATA)?,
            logo: file_id(LOGO)?,
        })
    }
}

fn file_id(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|error| format!("{name}: {error:?}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One document's world.
struct Paper {
    shared: &'static Shared,
    data: Bytes,
    logo: Option<Bytes>,
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &self.shared.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shared.book
    }

    fn main(&self) -> FileId {
        self.shared.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = self.shared.sources.iter().find(|source| source.id() == id);
        known.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match &self.logo {
            _ if id == self.shared.data => Ok(self.data.clone()),
            Some(logo) if id == self.shared.logo => Ok(logo.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shared.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The letters of `text` that no font has, each once.
pub fn missing_signs(text: &str) -> Vec<char> {
    let faces: Vec<Face> = FONTS
        .into_iter()
        .filter_map(|font| Face::parse(font, 0).ok())
        .collect();
    // Joiners and variation selectors choose among forms; they have none themselves.
    let is_printed = |letter: &char| {
        !letter.is_whitespace() && !matches!(letter, '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}')
    };
    let mut missing = Vec::new();
    for letter in text.chars().filter(is_printed) {
        if !missing.contains(&letter) && faces.iter().all(|face| face.glyph_index(letter).is_none()) {
            missing.push(letter);
        }
    }
    missing
}

/// Draws what the sheet says.
pub fn pdf(sheet: &Sheet, logo: Option<Vec<u8>>) -> Result<Vec<u8>, RenderError> {
    let paper = Paper {
        shared: shared()?,
        data: Bytes::new(serde_json::to_vec(sheet)?),
        logo: logo.map(Bytes::new),
    };
    let drawn = draw(&paper, sheet);
    // What the compiler remembers would help only to draw the same document again: the memory is worth more.
    typst::comemo::evict(0);
    drawn
}

fn draw(paper: &Paper, sheet: &Sheet) -> Result<Vec<u8>, RenderError> {
    let failed = |errors: typst::ecow::EcoVec<typst::diag::SourceDiagnostic>| {
        let messages: Vec<String> = errors.iter().map(|error| error.message.to_string()).collect();
        RenderError::Template(messages.join("; "))
    };
    let compiled = typst::compile::<PagedDocument>(paper);
    let document = compiled.output.map_err(failed)?;
    // The date stands in the sheet: neither the clock nor chance has a part in the file.
    let options = PdfOptions {
        ident: Smart::Custom(sheet.identity.clone()),
        creator: Smart::Custom(Some(sheet.author.clone())),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(failed)
}
