"""Our own scripts as phones get them: the same program in fewer bytes.

Knows nothing of Django: the settings call it.
"""

import re
from collections import Counter
from itertools import product
from string import ascii_letters, ascii_lowercase

_LITERAL = re.compile(r"""('[^'\n]*'|"[^"\n]*"|`[^`]*`|(?<=[=( !])/(?:[^/\\\n]|\\.)+/(?=[.\w]))""")
_OPERATOR = re.compile(r" ?([-=+*/<>!&|?:,{}();]+) ?")
# A line's end that ends no statement; a comma before the end; a nought before a point; true and false; a constant's
# keyword, where one for all compresses better; one parameter alone.
_SHORTER = (
    (re.compile(r"(?<=[{(\[,;])\n|\n(?=[})\]])"), ""),
    (re.compile(r"(?<=[^,[]),(?=[})\]])"), ""),
    (re.compile(r"(?<![\w$.])0(?=\.\d)"), ""),
    (re.compile(r"(?<![\w$.])true(?![\w$:])"), "!0"),
    (re.compile(r"(?<![\w$.])false(?![\w$:])"), "!1"),
    (re.compile(r"\bconst (?=[\w$\[{])"), "let "),
    (re.compile(r"(?<![\w$])\((\w+)\)=>"), r"\1=>"),
)

# A name that is not a property's: nothing, or three points, before it.
_NAME = re.compile(r"(?:(?<![\w$.])|(?<=\.\.\.))[A-Za-z_$][\w$]*")
_DECLARED = re.compile(r"\blet ([\w$]+(?:,[\w$]+)*)|([\w$]+)=>|\(([\w$,.]+)\)=>")
# Where a name may be a property's too: a key, `{a,b}` (a list of arguments looks like it), a method, `{a=1}=b`.
_AMBIGUOUS = re.compile(
    r"(?<=[{,])([\w$]+)(?=:)|(?<=[{,])([\w$]+)(?=[,}])|(?<=[{,])([\w$]+)(?=\([\w$,]*\)\{)"
    r"|(?<=[{,])([\w$]+)(?==[^=>{}][^{}]*\}(?:=[^=>]|\)=>))"
)


def squeeze(script: str) -> str:
    """A script without indentation, without spaces around operators, without line ends beside brackets, and without
    `//` comments that have a line, or the end of one after a space, to themselves; `const` becomes `let`, 0.5 becomes
    .5, true becomes !0. Strings, templates and regular expressions stay as they are. Where the whole script is one
    function, no other script sees its names, and they are shortened."""
    lines = (line.strip() for line in script.splitlines())
    text = "\n".join(re.sub(r" // .*", "", line) for line in lines if line and not line.startswith("//"))
    parts = _LITERAL.split(text)
    parts[::2] = map(_shorter, parts[::2])
    if text.startswith("(() => {"):
        names = _shorter_names(parts)
        parts[::2] = (_NAME.sub(lambda found: names.get(found[0], found[0]), part) for part in parts[::2])
    return "".join(parts)


def _shorter(code: str) -> str:
    code = _OPERATOR.sub(r"\1", code)
    for pattern, instead in _SHORTER:
        code = pattern.sub(instead, code)
    return code


def _filled(template: str) -> str:
    """What stands in the `${...}` of a template."""
    return " ".join(re.findall(r"\$\{([^}]*)\}", template))


def _shorter_names(parts: list[str]) -> dict[str, str]:
    """One letter for each of the most used names, wherever it is declared. A name keeps its letters when a template
    uses it or when it may also be a property's."""
    code = "''".join(parts[::2])
    declared = {name for found in _DECLARED.finditer(code) for name in re.findall(r"[\w$]+", found[0])} - {"let"}
    elsewhere = re.sub(r"\blet [\w$]+(?:,[\w$]+)*", "", code)
    properties = {name for found in _AMBIGUOUS.finditer(elsewhere) for name in found.groups() if name}
    templates = {name for part in parts[1::2] if part[0] == "`" for name in re.findall(r"[\w$]+", _filled(part))}
    used = Counter(_NAME.findall(code))
    free = (short for short in [*ascii_letters, *map("".join, product("xyz", ascii_lowercase))] if short not in used)
    long = [name for name, _ in used.most_common() if name in declared - properties - templates and len(name) > 2]
    return dict(zip(long, free, strict=False))
