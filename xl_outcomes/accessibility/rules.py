"""The published list of rules: docs/accessible-documents.md says the same, and a test holds the two together."""

from xl_outcomes.accessibility.findings import Rule, Severity

FAULT, LOOK = Severity.FAULT, Severity.LOOK

_CONTENT = "WCAG 1.1.1 Non-text content, A"
_RELATIONS = "WCAG 1.3.1 Info and relationships, A"
_SEQUENCE = "WCAG 1.3.2 Meaningful sequence, A"
_CLEAR_PRINT = "clear print, good practice; no WCAG criterion sets it"
_PRESENTATION = "WCAG 1.4.8 Visual presentation, AAA; good practice"
_WORD = "good practice of Word's own checker"

TITLE = Rule(
    "A01",
    "Document without a title",
    FAULT,
    "The title among the document's properties is filled, and is not a file name.",
    "WCAG 2.4.2 Page titled, A",
    "File > Info > Properties > Title: type the title of the report.",
)
LANGUAGE = Rule(
    "A02",
    "Document without a language",
    FAULT,
    "The document says its language, so that a screen reader pronounces it rightly.",
    "WCAG 3.1.1 Language of page, A",
    "Select all (Ctrl+A), then Review > Language > Set Proofing Language > English (United Kingdom).",
)
NO_HEADING = Rule(
    "A03",
    "No main heading",
    FAULT,
    "At least one paragraph has the style Heading 1, or another style of outline level 1.",
    _RELATIONS,
    "Put the cursor in each main heading and choose Home > Styles > Heading 1.",
)
SKIPPED_LEVEL = Rule(
    "A04",
    "Heading level skipped",
    FAULT,
    "Headings start at level 1 and go down one level at a time, never from Heading 1 to Heading 3.",
    _RELATIONS,
    "Put the cursor in the heading and choose Home > Styles > the Heading of the level that is missing.",
)
EMPTY_HEADING = Rule(
    "A05",
    "Empty heading",
    FAULT,
    "No paragraph without text has a heading style.",
    "WCAG 2.4.6 Headings and labels, AA",
    "Delete the empty paragraph, or choose Home > Styles > Normal for it.",
)
FAKE_HEADING = Rule(
    "A06",
    "Text made to look like a heading",
    FAULT,
    "No short paragraph (up to 12 words) in a style of ordinary text, all bold or at least 2 point larger than its "
    "style and without a full stop, stands above ordinary text.",
    _RELATIONS,
    "Put the cursor in the paragraph and choose a Heading (or Title) in Home > Styles.",
)
TYPED_LIST = Rule(
    "A07",
    "Numbers or bullets typed by hand",
    FAULT,
    'No paragraph or line begins with a typed number or bullet ("1.1", "(a)", "•", "-"); headings are left out, and in '
    "tables only bullets count.",
    _RELATIONS,
    "Delete what was typed, then Home > Paragraph > Bullets, Numbering or Multilevel List.",
)
NO_HEADER_ROW = Rule(
    "A08",
    "Table without a header row",
    FAULT,
    "The first row of every table is marked as its header row.",
    _RELATIONS,
    "Put the cursor in the first row, then Table Layout > Data > Repeat Header Rows.",
)
HEADER_ROWS = Rule(
    "A09",
    "More than one header row",
    LOOK,
    "Only the first row of a table is marked as a header row; screen readers read no more than one well.",
    _RELATIONS,
    "Put all headings into one row; in the other, switch off Table Layout > Data > Repeat Header Rows.",
)
MERGED = Rule(
    "A10",
    "Merged or missing cells",
    FAULT,
    "No cell of a table is merged with another, and every row has the same number of cells.",
    _RELATIONS,
    "Select the cell, then Table Layout > Merge > Split Cells, and fill each cell; or make two simple tables.",
)
EMPTY_HEADER = Rule(
    "A11",
    "Empty cell in a header row",
    FAULT,
    "Every cell of a header row says what its column holds.",
    _RELATIONS,
    "Type a heading in the empty cell of the first row.",
)
NESTED = Rule(
    "A12",
    "Table inside a table",
    FAULT,
    "No table stands in a cell of another.",
    _SEQUENCE,
    "Cut the inner table out and paste it below the outer one, with a caption of its own.",
)
LAYOUT_TABLE = Rule(
    "A13",
    "Table used for layout",
    FAULT,
    "No table is there only to place text: one without lines and header row, or of one cell.",
    _SEQUENCE,
    "Select the table, then Table Layout > Data > Convert to Text, and place the text with styles.",
)
BROKEN_ROWS = Rule(
    "A14",
    "Rows may break across pages",
    LOOK,
    "The rows of a table stay whole at the end of a page.",
    _WORD,
    "Select the table, then Table Layout > Table > Properties > Row: clear Allow row to break across pages.",
)
UNDESCRIBED_TABLE = Rule(
    "A15",
    "Table without caption or alt text",
    LOOK,
    "Every table has a caption beside it (style Caption) or alt text that says what it shows.",
    _RELATIONS,
    "Select the table, then References > Insert Caption; or Table Layout > Table > Properties > Alt Text.",
)
NO_ALT = Rule(
    "A16",
    "Picture, chart or shape without alt text",
    FAULT,
    "Every picture, chart, diagram, shape and embedded object of the text has alt text or is marked as decorative.",
    _CONTENT,
    "Right-click it, View Alt Text, and say what it shows; for mere decoration tick Mark as decorative.",
)
FILE_NAME_ALT = Rule(
    "A17",
    "Alt text that says nothing",
    FAULT,
    'Alt text is not a file name ("image1.png") or a mere label ("Picture 3").',
    _CONTENT,
    "Right-click it, View Alt Text, and say in a sentence what it shows.",
)
LONG_ALT = Rule(
    "A18",
    "Long alt text",
    LOOK,
    "Alt text has at most 250 characters; it cannot be read in steps. More belongs into the text or a table.",
    _CONTENT,
    "Right-click it, View Alt Text: shorten it, and put the details into the text below.",
)
MACHINE_ALT = Rule(
    "A19",
    "Alt text made by a program",
    LOOK,
    "Alt text that Word made by itself has been read and corrected by a person.",
    _CONTENT,
    "Right-click it, View Alt Text: correct it and delete the remark about where it comes from.",
)
FLOATING = Rule(
    "A20",
    "Floating picture",
    LOOK,
    "Pictures, charts and shapes stand in line with the text, so that they are read out where they belong.",
    _SEQUENCE,
    "Select it, then Picture Format (or Shape Format) > Wrap Text > In Line with Text.",
)
TEXT_BOX = Rule(
    "A21",
    "Text box",
    FAULT,
    "No text of the document stands in a text box; screen readers miss it or read it out of order.",
    _SEQUENCE,
    "Cut the text out of the box, paste it as ordinary paragraphs, and delete the box; a border does for a frame.",
)
EMPTY_PARAGRAPHS = Rule(
    "A22",
    "Empty paragraphs or lines for spacing",
    FAULT,
    "Never do two empty paragraphs, or three line breaks, follow one another.",
    _RELATIONS,
    "Delete them; set the space in Home > Paragraph > Spacing Before and After, or Insert > Page Break.",
)
TYPED_SPACES = Rule(
    "A23",
    "Spaces or tabs for layout",
    FAULT,
    "Text is not placed with three or more spaces, or two or more tabs, in a row.",
    _SEQUENCE,
    "Delete them; use Home > Paragraph > Indentation, one tab with a tab stop, or a table with a header row.",
)
SMALL_BODY = Rule(
    "A24",
    "Body text under 12 point",
    FAULT,
    "Text outside tables, captions, headers and footers is 12 point or larger, headings and contents lists too.",
    _CLEAR_PRINT,
    "Home > Styles, right-click the paragraph's style, Modify, and choose 12.",
)
TINY_TEXT = Rule(
    "A25",
    "Text under 9 point",
    FAULT,
    "Text in tables, captions, headers and footers is 9 point or larger.",
    _CLEAR_PRINT,
    "Home > Styles, right-click the paragraph's style, Modify, and choose at least 11.",
)
SMALL_TEXT = Rule(
    "A26",
    "Small text in tables, captions, headers or footers",
    LOOK,
    "Text in tables, captions, headers and footers is 11 point or larger.",
    _CLEAR_PRINT,
    "Home > Styles, right-click the paragraph's style, Modify, and choose at least 11.",
)
CAPITALS = Rule(
    "A27",
    "Whole phrases in capitals",
    LOOK,
    "No more than five words in a row are in capitals, typed or by Font > All caps; headings may have All caps.",
    _CLEAR_PRINT,
    "Select the words, then Home > Font > Change Case > Sentence case; use bold to stress.",
)
UNDERLINED = Rule(
    "A28",
    "Underlined text that is no link",
    LOOK,
    "Only links are underlined.",
    _CLEAR_PRINT,
    "Select the words and press Ctrl+U; use bold to stress.",
)
JUSTIFIED = Rule(
    "A29",
    "Justified text",
    LOOK,
    "Text is aligned to the left, not stretched to both margins.",
    _PRESENTATION,
    "Select the text, then Home > Paragraph > Align Left (Ctrl+L).",
)
TIGHT_LINES = Rule(
    "A30",
    "Lines too close together",
    LOOK,
    "Lines have at least single spacing (about 1.2 times the size of the letters).",
    _PRESENTATION,
    "Select the text, then Home > Paragraph > Line Spacing: choose 1.15 or more.",
)
CONTRAST = Rule(
    "A31",
    "Text too pale for its ground",
    FAULT,
    "The contrast of text with the shading behind it is at least 4.5 to 1, or 3 to 1 from 18 point (14 if bold).",
    "WCAG 1.4.3 Contrast (minimum), AA",
    "Select the text, then Home > Font > Font Color: choose Automatic or a darker colour; or make the shading paler.",
)
COLOUR_ALONE = Rule(
    "A32",
    "Colour without a word",
    FAULT,
    "No cell says something by its colour alone: a coloured cell has text.",
    "WCAG 1.4.1 Use of colour, A",
    "Type in the cell what its colour means, such as Red, Amber or Green.",
)
LINK_TEXT = Rule(
    "A33",
    "Link that does not say where it leads",
    FAULT,
    'The words of a link are not a bare address, "here", "read more" or nothing; an e-mail address may be shown.',
    "WCAG 2.4.4 Link purpose (in context), A",
    "Right-click the link, Edit Hyperlink, Text to display: type the name of what it leads to.",
)
NO_CONTENTS = Rule(
    "A34",
    "Long document without a contents list",
    FAULT,
    "A document estimated at more than 10 pages (from its words, table rows, pictures and page breaks) has a contents "
    "list made by Word.",
    "WCAG 2.4.5 Multiple ways, AA, as it is applied to long documents",
    "Put the cursor below the title, then References > Table of Contents > an automatic table.",
)
CHANGES_LEFT = Rule(
    "A35",
    "Tracked changes or comments left",
    LOOK,
    "No tracked changes and no comments are left in a document that is to be published.",
    _WORD,
    "Review > Accept All Changes and Stop Tracking; Review > Delete > Delete All Comments in Document.",
)
WATERMARK = Rule(
    "A36",
    "Watermark or WordArt",
    FAULT,
    "No word is drawn as a shape: a watermark such as DRAFT hides text and is not read out.",
    "WCAG 1.4.5 Images of text, AA",
    "Design > Watermark > Remove Watermark, and type DRAFT as text in the header (Insert > Header).",
)
FORM_FIELD = Rule(
    "A37",
    "Form field without a description",
    LOOK,
    "Every form field of the older kind has a help text; content controls are not looked at.",
    "WCAG 3.3.2 Labels or instructions, A",
    "Double-click the field, then Add Help Text: say what is to be entered.",
)

RULES = (
    TITLE,
    LANGUAGE,
    NO_HEADING,
    SKIPPED_LEVEL,
    EMPTY_HEADING,
    FAKE_HEADING,
    TYPED_LIST,
    NO_HEADER_ROW,
    HEADER_ROWS,
    MERGED,
    EMPTY_HEADER,
    NESTED,
    LAYOUT_TABLE,
    BROKEN_ROWS,
    UNDESCRIBED_TABLE,
    NO_ALT,
    FILE_NAME_ALT,
    LONG_ALT,
    MACHINE_ALT,
    FLOATING,
    TEXT_BOX,
    EMPTY_PARAGRAPHS,
    TYPED_SPACES,
    SMALL_BODY,
    TINY_TEXT,
    SMALL_TEXT,
    CAPITALS,
    UNDERLINED,
    JUSTIFIED,
    TIGHT_LINES,
    CONTRAST,
    COLOUR_ALONE,
    LINK_TEXT,
    NO_CONTENTS,
    CHANGES_LEFT,
    WATERMARK,
    FORM_FIELD,
)
