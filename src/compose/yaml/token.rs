//! The pieces of YAML that [`super::scanner`] cuts a text into.

/// A place in a text; all counted from 0, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) index: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A piece and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) mark: Mark,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamEnd,
    /// `%TAG`, handle and what it stands for. A `%YAML` that is not understood is a fault, any other is skipped.
    TagDirective(String, String),
    /// `%YAML 1.1`.
    VersionDirective,
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    /// Before the first `-` of a list.
    BlockSequenceStart,
    /// Before the first key of a mapping.
    BlockMappingStart,
    /// Where the indentation of a list or mapping ends.
    BlockEnd,
    /// `[`
    FlowSequenceStart,
    /// `]`
    FlowSequenceEnd,
    /// `{`
    FlowMappingStart,
    /// `}`
    FlowMappingEnd,
    /// `-`
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `?`, or in front of what turned out to be a key.
    Key,
    /// `:`
    Value,
    /// `*name`
    Alias(String),
    /// `&name`
    Anchor(String),
    /// `!handle!suffix`
    Tag(Tag),
    Scalar(String, Style),
}

/// A tag as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag {
    /// `!`, `!!`, `!name!`; empty in `!<verbatim>` and in a lone `!`.
    pub(super) handle: String,
    pub(super) suffix: String,
}

/// Whether a scalar says what it is by its look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes: it may be a number.
    Plain,
    /// In quotes, or as a block: it is text.
    Text,
}
