"""Notices that are right under each law, for tests to spoil."""

from datetime import date

from lotmark.recall.notices import rulebook
from lotmark.recall.notices.values import Content, Draft, Photo, Product, Wording

TODAY = date(2026, 11, 24)
GOOD = {
    "zh": {
        "company": "云岭肉制品有限公司",
        "address": "云岭市工业路 1 号",
        "legal_representative": "董海",
        "person_in_charge": "钱宁",
        "phone": "400-000-0000",
        "email": "recall@example.cn",
        "brand": "云岭",
        "credit_code": "91530000MA6K00000X",
        "approval_mark": "SC10453010000001",
        "reason": "部分产品杀菌不彻底,出现胀袋。",
        "hazard": "食用后可能引起腹痛、腹泻、呕吐。",
        "groups_at_risk": "老人、儿童和孕妇。",
        "area": "广东省、广西壮族自治区",
        "sold": "2026 年 11 月起在商超销售。",
        "where_code": "批号和追溯码在包装背面右下角。",
        "stop_use": "请立即停止食用。",
        "operator_duties": "立即停止销售,封存并退回。",
        "consumer_steps": "凭包装到购买处退款,也可来电登记。",
        "remedy": "全额退款或更换。",
        "illness_advice": "如有不适请就医并带上包装。",
        "quantity": "9,940 袋",
        "apology": "我们对此深表歉意。",
        "regulator": "云岭市市场监督管理局",
        "regulator_phone": "12315",
    },
    "en": {
        "company": "Yunling Meat Products Co., Ltd.",
        "address": "1 Industry Road, Yunling",
        "legal_representative": "Dong Hai",
        "person_in_charge": "Qian Ning",
        "phone": "+86 400 000 0000",
        "email": "recall@example.cn",
        "brand": "Yunling",
        "credit_code": "91530000MA6K00000X",
        "approval_mark": "CN 5300/00001",
        "reason": "Some packs were not sterilised fully and have swollen.",
        "hazard": "Eating it may cause stomach pain, vomiting and diarrhoea.",
        "groups_at_risk": "Elderly people, children, pregnant women.",
        "area": "All member states.",
        "sold": "In shops from November 2026.",
        "where_code": "The batch number is on the back, bottom right.",
        "stop_use": "Stop eating it immediately.",
        "operator_duties": "Stop selling it, set it apart and send it back.",
        "consumer_steps": "Bring it back to where you bought it for a refund.",
        "remedy": "Refund of the full price, or a replacement.",
        "illness_advice": "See a doctor if you feel unwell.",
        "quantity": "9,940 packs",
        "apology": "We are sorry.",
        "regulator": "The market authority",
        "regulator_phone": "12315",
    },
}


def wording(law: str, language: str) -> Wording:
    """A full wording; other languages than the two get English words."""
    rules = rulebook.jurisdiction(law, TODAY)
    words = GOOD.get(language, GOOD["en"])
    title = rules.titles.get(language, "Rappel")
    return Wording(law, language, title, {name: words[name] for name in rules.fields})


def draft(law: str) -> Draft:
    """A notice of level II about two batches, complete by 7 December."""
    languages = rulebook.jurisdiction(law, TODAY).languages
    products = tuple(
        Product(
            n, f"L2-26111{n}-01", "BJ200", "五香酱牛肉", "Braised beef", made_on=day
        )
        for n, day in ((1, "2026-11-11"), (2, "2026-11-12"))
    )
    photo = Photo("ab" * 32, {"zh": "包装正面", "en": "Front of the pack"})
    return Draft(
        Content(products, {law: "II"}, "2026-11-24", "2026-12-05", (photo,)),
        tuple(wording(law, language) for language in languages),
        drill=False,
        scope=((1, None), (2, None)),
        levels={law: "II"},
        aware_on=date(2026, 11, 20),
        complete_by=date(2026, 12, 7),
        today=TODAY,
    )
