import pytest

from lms.core.scripts import squeeze


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("const a = 0.5 // half\nf(a)", "let a=.5\nf(a)"),
        ("f(10.5, v0.5)", "f(10.5,v0.5)"),
        ("f(' a + b ', `${a + b}`, /a + b/.test(c))", "f(' a + b ',`${a + b}`,/a + b/.test(c))"),
        ("if (a) {\n  // why\n  b()\n}", "if(a){b()}"),
        ("const f = (one) => one", "let f=one=>one"),
        ("f({\n  a: 1,\n  b: [2, ,],\n})", "f({a:1,b:[2,,]})"),
    ],
)
def test_a_squeezed_script_means_the_same(written: str, sent: str) -> None:
    assert squeeze(written) == sent


def in_function(code: str) -> str:
    return squeeze("(() => {\n" + code + "\n})()").removeprefix("(()=>{").removesuffix("})()")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("let speed = 1\nspeed += speed.speed", "let a=1\na+=a.speed"),
        ("const twice = value => value * 2", "let b=a=>a*2"),
        ("const all = [...list, ...all]", "let a=[...list,...a]"),
        ("const a = 1, speed = a", "let a=1,speed=a"),
        ("const data = f(`[data-${b}]`)\ng(data)", "let a=f(`[data-${b}]`)\ng(a)"),
    ],
)
def test_names_of_a_script_that_is_one_function_are_shortened(written: str, sent: str) -> None:
    assert in_function(written) == sent


@pytest.mark.parametrize(
    "code",
    [
        "let speed=1\nreturn{speed,other}",
        "let{speed}=v",
        "let speed=1\nf({speed:speed})",
        "let speed=1\nf(`${speed}`)",
        "let speed=1\nnew Stream({speed(){}})",
        "let speed=1\nfor(let x of y){let{speed=2}=x}",
        "let speed=1\nlet x=({speed=2})=>x",
        "document.title",
    ],
)
def test_names_that_may_be_a_propertys_or_are_in_a_template_stay(code: str) -> None:
    assert in_function(code) == code


def test_names_other_scripts_may_use_stay() -> None:
    assert squeeze("const Pieces = 1") == "let Pieces=1"
