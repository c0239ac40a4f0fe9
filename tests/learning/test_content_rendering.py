"""Pages: what Markdown makes, and that nothing an author writes can act."""

import html5lib
import pytest
from flask.testing import FlaskClient

from lms.learning.content.rendering import ATTRIBUTES, TAGS, pictures_of, render_page

FILES = {"four-questions.svg": "/content/files/abc", "그림.png": "/content/files/def"}
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<style>*{background:url(http://evil.example)}</style>",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](<javascript:alert(1)>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](http://evil.example/pixel.png)",
    "![x](//evil.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "![x](../../../static/x.svg)",
    '![x" onerror="alert(1)](four-questions.svg)',
    '![x](four-questions.svg "a\\" onload=\\"alert(1)")',
    '[x](/a "b\\" onclick=\\"alert(1)")',
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```" onload="alert(1)\nx\n```',
    "| <script>alert(1)</script> |\n|---|\n| <b onclick=alert(1)>x</b> |",
    "| a |\n|:-:|\n| b |",
    "# <script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form action=/sign-out method=post><button>x</button></form>",
    "<base href=http://evil.example/>",
    '<meta http-equiv=refresh content="0;url=http://evil.example">',
    "<object data=x></object><embed src=x>",
    '<table><td style="position:fixed">x',
    "{{ 7*7 }} {% raw %}",
    "\u0000<script\u0000>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "[![x](http://evil.example/x)](javascript:alert(1))",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_inert(text: str):
    html = str(render_page(text, FILES))
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    for element in tree.iter():
        if element is tree or not isinstance(element.tag, str):
            continue
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set()) | ({"rel"} if element.tag == "a" else set())
        address = element.get("href", element.get("src", "/")).strip().lower()
        assert address.startswith(("/", "http:", "https:", "mailto:", "tel:"))
        assert element.tag != "img" or element.get("src") in FILES.values()
    assert "49" not in html


def test_a_page_shows_its_own_pictures_with_their_words():
    html = render_page("![네 가지 질문](four-questions.svg)\n\n![그림](그림.png)\n\n![없는 것](gone.svg)", FILES)
    assert '<img src="/content/files/abc" alt="네 가지 질문">' in html
    assert 'src="/content/files/def"' in html
    assert "<p>없는 것</p>" in html
    assert pictures_of("![a](x.svg) [b](y) ![c](그림.png)") == {"x.svg", "그림.png"}


@pytest.mark.parametrize(
    ("text", "levels"),
    [("# a\n\n## b\n\n### c", "234"), ("## a\n\n### b", "23"), ("### a", "2"), ("# a\n\n###### b", "26"), ("글", "")],
)
def test_headings_begin_below_the_title_of_the_page(text, levels):
    html = str(render_page(text, {}))
    assert "".join(html[place + 2] for place in range(len(html)) if html.startswith("<h", place)) == levels
    assert "<h1" not in html


def test_tables_carry_their_alignment_without_a_style():
    html = render_page("| a | b |\n|---|--:|\n| 1 | 2 |", {})
    assert '<table class="table">' in html
    assert '<td class="num">2</td>' in html
    assert "style" not in html


def test_a_text_that_is_markup_everywhere_ends_in_time():
    for text in ("[" * 20_000, "*a " * 20_000, "> " * 3_000 + "x", "`" * 20_001, "![" * 5_000, "- " * 2_000):
        assert render_page(text, {}) is not None


def test_the_content_policy_lets_videos_and_workers_of_ours_through(client: FlaskClient):
    policy = client.get("/sign-in").headers["Content-Security-Policy"].split("; ")
    assert {"media-src 'self'", "worker-src 'self'", "script-src 'self'", "default-src 'none'"} <= set(policy)
