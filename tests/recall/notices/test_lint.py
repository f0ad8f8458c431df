"""The linter of notices (domain.md §6.4): eleven rules, each tried from both sides."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notice_drafts import draft, wording

from lotmark.recall.notices import lint, rulebook, wordlint
from lotmark.recall.notices.values import Draft, Photo, Product

TODAY = date(2026, 11, 24)
LAWS = ("cn_food", "cn_goods", "eu_food", "eu_goods", "us_food", "us_meat")


def errors(draft: Draft) -> list[tuple[int, str]]:
    return [(one.rule, one.where) for one in lint.lint(draft) if one.blocks]


def said(draft: Draft, rule: int) -> list[lint.Finding]:
    return [one for one in lint.lint(draft) if one.rule == rule]


def with_text(base: Draft, **fields: str) -> Draft:
    first = base.wordings[0]
    changed = replace(first, fields={**first.fields, **fields})
    return replace(base, wordings=(changed, *base.wordings[1:]))


@pytest.mark.parametrize("law", LAWS)
def test_a_good_notice_passes_under_each_law(law: str) -> None:
    assert errors(draft(law)) == []


@pytest.mark.parametrize("law", LAWS)
def test_each_mandatory_field_is_missed(law: str) -> None:
    for name in rulebook.jurisdiction(law, TODAY).mandatory:
        key = draft(law).wordings[0].key
        assert (1, f"{key}.{name}") in errors(with_text(draft(law), **{name: " "}))


def test_a_language_the_law_asks_for_is_missed() -> None:
    base = draft("cn_food")
    english = replace(base, wordings=(wording("cn_food", "en"),))
    assert (1, "cn_food.zh.title") in errors(english)


def test_the_photo_a_law_asks_for_is_missed() -> None:
    base = draft("eu_goods")
    bare = replace(base, content=replace(base.content, photos=()))
    assert (1, "eu_goods.photo") in errors(bare)


@pytest.mark.parametrize("scope", [((1, None),), ((1, "0-99"), (2, None)), ()])
def test_other_batches_than_the_scope_s_are_an_error(scope: Any) -> None:
    assert any(rule == 2 for rule, _ in errors(replace(draft("cn_food"), scope=scope)))


def test_a_batch_without_any_date_is_told() -> None:
    base = draft("cn_food")
    bare = tuple(
        replace(one, made_on="", expires_on="") for one in base.content.products
    )
    dateless = replace(base, content=replace(base.content, products=bare))
    assert [one.severity for one in said(dateless, 2)] == ["warning", "warning"]


def test_as_a_precaution_is_an_error_in_europe() -> None:
    """Appendix B 15."""
    bad = with_text(draft("eu_goods"), stop_use="As a precaution, stop using it.")
    assert (3, "eu_goods.en.stop_use") in errors(bad)


def test_a_recall_by_the_firm_s_own_decision_is_accepted_in_china() -> None:
    """Appendix B 15: 主动召回 is a legal term."""
    good = with_text(draft("cn_food"), reason="经自检发现胀袋,我公司决定主动召回。")
    assert errors(good) == []
    assert said(good, 3) == []


def test_elsewhere_playing_down_is_a_warning() -> None:
    mild = with_text(draft("cn_food"), reason="出于谨慎,尚无事故报告,决定召回该批次。")
    assert errors(mild) == []
    words = {one.params["word"] for one in said(mild, 3)}
    assert words == {"出于谨慎", "尚无事故"}


def test_a_banned_word_in_the_firm_s_name_is_its_name() -> None:
    """domain.md §9.44."""
    named = with_text(
        draft("eu_goods"),
        company="Voluntary Foods Ltd",
        stop_use="Stop eating it and write to Voluntary Foods Ltd today.",
    )
    assert errors(named) == []


def test_the_level_is_the_case_s() -> None:
    base = draft("cn_food")
    raised = replace(base, levels={"cn_food": "I"})
    assert (4, "cn_food.level") in errors(raised)
    contradicting = with_text(base, reason="胀袋,属三级召回范围,可能有腐败菌生长。")
    assert (4, "cn_food.zh.reason") in errors(contradicting)
    undecided = replace(base, levels={"cn_food": None})
    assert (4, "cn_food.level") in errors(undecided)


@pytest.mark.parametrize(
    ("starts", "ends", "where"),
    [
        ("", "2026-12-05", "starts_on"),
        ("2026-11-19", "2026-12-05", "starts_on"),
        ("2026-11-24", "", "ends_on"),
        ("2026-11-24", "2026-11-23", "ends_on"),
        ("2026-11-24", "2026-12-08", "ends_on"),
        ("soon", "2026-12-05", "starts_on"),
    ],
)
def test_days_fit_the_case(starts: str, ends: str, where: str) -> None:
    base = draft("cn_food")
    content = replace(base.content, starts_on=starts, ends_on=ends)
    assert (5, where) in errors(replace(base, content=content))


def test_the_last_day_may_be_the_deadline_s() -> None:
    base = draft("cn_food")
    content = replace(base.content, starts_on="2026-11-20", ends_on="2026-12-07")
    assert errors(replace(base, content=content)) == []


@pytest.mark.parametrize("bad", ["call us", "12", "400-000-0000 or mail", "〇二〇"])
def test_a_phone_can_be_dialled(bad: str) -> None:
    assert (6, "cn_food.zh.phone") in errors(with_text(draft("cn_food"), phone=bad))


@pytest.mark.parametrize(
    "good", ["12315", "400-000-0000", "+49 30 1234567", "4000000000转8"]
)
def test_phones_as_people_write_them(good: str) -> None:
    assert wordlint.is_phone(good)


@pytest.mark.parametrize(
    "text",
    [
        "消费者张女士(手机 138 1234 5678)食用后不适,现决定召回。",
        "病例身份证 110101199003077758,食用后腹泻,现决定召回。",
        "详情请联系 zhang.wei@example.com 先生,现决定召回。",
    ],
)
def test_nobody_is_identified(text: str) -> None:
    assert (7, "cn_food.zh.reason") in errors(with_text(draft("cn_food"), reason=text))


def test_the_firm_s_own_mobile_is_no_personal_data() -> None:
    own = with_text(
        draft("cn_food"),
        phone="13812345678",
        consumer_steps="请拨打 138 1234 5678 退款。",
    )
    assert errors(own) == []


@pytest.mark.parametrize(
    "text", ["最高赔偿 100 元。", "领取退款即放弃索赔。", "逾期不予受理。"]
)
def test_rights_are_not_waived(text: str) -> None:
    bad = with_text(draft("cn_food"), consumer_steps=text)
    assert (8, "cn_food.zh.consumer_steps") in errors(bad)


@pytest.mark.parametrize(
    "text", ["不详", "无", "n/a", "不影响食用,请放心使用。", "品质瑕疵"]
)
def test_the_hazard_is_said_plainly(text: str) -> None:
    assert (9, "cn_food.zh.hazard") in errors(with_text(draft("cn_food"), hazard=text))


def test_a_photo_has_words_in_every_language() -> None:
    base = draft("cn_food")
    content = replace(base.content, photos=(Photo("ab" * 32, {"en": "front"}),))
    assert (10, "photo.zh") in errors(replace(base, content=content))


@pytest.mark.parametrize("text", ["<b>胀袋</b>", "胀袋\x07", "&nbsp;胀袋腐败变质"])
def test_only_text_that_can_be_read_aloud(text: str) -> None:
    assert (10, "cn_food.zh.reason") in errors(with_text(draft("cn_food"), reason=text))


def test_an_exercise_says_so_and_a_real_notice_does_not() -> None:
    assert (11, "cn_food.zh.title") in errors(replace(draft("cn_food"), drill=True))
    base = draft("cn_food")
    marked = replace(base.wordings[0], title=f"食品召回公告 {lint.DRILL_MARK}")
    assert (11, "cn_food.zh.title") in errors(replace(base, wordings=(marked,)))
    assert errors(replace(base, wordings=(marked,), drill=True)) == []


def test_a_heading_the_law_gives_stands_word_for_word() -> None:
    base = draft("eu_goods")
    other = replace(base.wordings[0], title="Important safety notice")
    assert (1, "eu_goods.en.title") in errors(replace(base, wordings=(other,)))
    french = wording("eu_goods", "fr")
    added = replace(base, wordings=(*base.wordings, french))
    assert (1, "eu_goods.fr.title") in errors(added)


@given(
    missing=st.sets(st.integers(0, 30), max_size=6),
    extra=st.sets(st.integers(31, 60), max_size=6),
    shared=st.sets(st.integers(61, 90), min_size=1, max_size=6),
)
def test_batches_agree_only_when_they_are_the_same(
    missing: set[int], extra: set[int], shared: set[int]
) -> None:
    base = draft("cn_food")
    told = [
        Product(n, f"B{n}", "A", "肉", "meat", made_on="2026-11-01")
        for n in sorted(extra | shared)
    ]
    scope = tuple((n, None) for n in sorted(missing | shared))
    content = replace(base.content, products=tuple(told))
    found = errors(replace(base, content=content, scope=scope))
    assert (found == []) is (not missing and not extra)


@given(
    word=st.sampled_from(rulebook.words("banned")),
    before=st.text("很好ab ", max_size=5),
    after=st.text("很好ab ", max_size=5),
    upper=st.booleans(),
)
def test_every_banned_word_is_found_wherever_it_stands(
    word: str, before: str, after: str, upper: bool
) -> None:
    text = before + (word.upper() if upper else word) + after
    assert word in wordlint.banned(text)
    assert word not in wordlint.banned(text, company=text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_linter(text: str) -> None:
    fields = {name: text for name in draft("cn_food").wordings[0].fields}
    lint.lint(with_text(draft("cn_food"), **fields))
