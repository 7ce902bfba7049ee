"""The name of a firm, shop or institution: found by its last word (公司, 店, Co., Ltd), asked names are taken whole."""
from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from gateway.fields.address_zh import chinese as chinese_addresses
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold, latin_stretches, tidy
from gateway.fields.gazetteer import Gazetteer, gazetteer
from gateway.fields.spans import MAX_SPANS, span
from gateway.fields.text import checked, words_of
from gateway.fields.wordbreaks import runs

SHORTEST, LONGEST = 2, 60
# An asked name comes with words that introduce it, and with more behind a comma: "the shop is called …", 卖家昵称叫…，
_INTRODUCED = re.compile(
    r"^(?:(?:[\u4e00-\u9fff]{0,6}?(?:店|公司|单位|医院|学校|机构|餐厅|商家|卖家|平台|厂|名字|名称|昵称|招牌))?(?:上写的|就)?"
    r"(?:名叫|叫做|叫|名称是|名字是|昵称是|店名是)"
    r"|(?:[a-z' ]{0,30}(?<![a-z]))?"
    r"(?:is called|it'?s called|called|named|name is|goes by|has a sign|sign says|seller:|shop:)\s+)"
    r"(?=\S)(?!我)", re.IGNORECASE)
_FILLING = re.compile(r"(?:吧|呢|啊|来着)$")
_LONGEST_FOUND = 25
_NEXT_TAIL = 6  # characters in which a further last word goes on with the name
_LAST = (
    "有限责任公司|股份有限公司|有限公司|分公司|公司|集团|连锁店|便利店|专卖店|旗舰店|专营店|体验店|分店|门店|商店|药店|酒店|饭店|书店|网店|"
    "理发店|奶茶店|店|超市|百货|商行|大药房|药房|茶餐厅|餐厅|餐馆|酒楼|茶楼|酒家|食堂|火锅|烧烤|咖啡馆|诊所|门诊部|医院|"
    "健身房|电器行|健身中心|健身会所|俱乐部|会所|美容院|培训中心|培训学校|培训机构|幼儿园|驾校|工作室|影楼|影城|网吧|游泳馆|瑜伽馆|"
    "银行|商场|商城|购物中心|市场(?!监|价)|专柜|工厂|家具厂|服装厂|食品厂|五金厂|电子厂|皮具厂|玩具厂|塑料厂|塑胶厂|印刷厂|纸箱厂|包装厂|"
    "鞋厂|制衣厂|模具厂|机械厂|玻璃厂|化工厂|纺织厂|电器厂|保健院|卫生院|中医馆|小学|中学|职校|技校|家政|饭馆|面馆|茶楼|酒庄"
)
_FIRST = "".join(sorted({word[0] for word in _LAST.split("|")}))
_TAIL = re.compile(rf"(?=[{_FIRST}])(?:{_LAST})(?:[(（][\u4e00-\u9fffA-Za-z0-9]{{1,12}}[)）])?")
_WHOLE = re.compile(rf"(?:{_LAST}|小学|中学|大学|学院|学校)$")
_LEAD = re.compile(
    r"(?:[于去从对要跟找那这该此]|[一这那某有]家|[一二三四五六七八九十百千万两几\d]+[块元]|附近|旁边|隔壁|楼下|对面|门口|商家|商户|店铺|卖家|店名|名称|名字|名|叫做|"
    r"我们?是|我司是?|我们?(?:公司|单位|厂|店)(?:是|叫做?)?|本(?:公司|单位|厂|店)(?:是|叫做?)?|(?:公司|单位|厂子?)(?:是|叫做?)|"
    r"本人|市民|消费者|小区|网上|线上|线下|实体)+"
)
# Words that say what kind of shop it is, not which one.
_KIND = (
    "某|快递|物业|物流|装修|保险|外卖|房产|中介|培训|施工|建筑|运营|平台|电商|科技|搬家|家政|旅游|旅行|大|小|新|老|总|本|分|两|几|别的|"
    "其他|线下|网|实体|母|菜|农贸|婚纱|摄影|美容|美发|理发|健身|瑜伽|游泳|水果|服装|鞋|手机|家具|家电|电器|眼镜|文具|早餐|快餐|宠物|儿童|"
    "连锁|工|加工|奶茶|咖啡|烧烤|火锅|食品|品牌|官方|教育|数码|私立|公立|人民|社区|自助|海鲜|中|西|修车|洗车|4S|干洗|珠宝|婚庆|印刷|化工|五金|电子|皮具|玩具|塑料|塑胶|纸箱|包装|制衣|模具|机械|玻璃|纺织|天然气|燃气|自来水|供电|学校|会员卡|广告|自行车|药"
)
_GENERIC = re.compile(rf"(?:{_KIND}){{0,3}}(?:{_LAST})")
_EN_LAST = (
    r"(?:Co\.?,?\s?Ltd\.?|Company|Limited|Corporation|Corp\.?|Inc\.?|LLC|Supermarket|Store|Shop|Restaurant|Hotel|Mall|"
    r"Pharmacy|Gym|Fitness|Club|Cafe|Bakery|Salon|Clinic|Hospital|Bank|School|Academy|Market|Electronics|Furniture|Optics|Bar|Bookstore|Bistro|Mart|Diner|Kitchen|Grill|Eatery|Deli|Canteen|Teahouse|Noodles|Boutique|Outlet|"
    r"Garage|Motors|Studio|College|Kindergarten|Nursery|Surgery|Dental|Logistics|Trading|Foods|Tools|Textiles|Industries|"
    r"Holdings|Corner)(?![A-Za-z])"
)
_EN = re.compile(rf"(?<![A-Za-z])(?:[A-Z][\w&'.-]{{0,24}}\s){{1,5}}{_EN_LAST}(?:,?\s?Ltd\.?)?")
_EN_LEAD = re.compile(r"(?:(?:The|A|An|At|From|In|My|I|This|That)\s)+")


class Organisation:
    name = "organisation"
    datatype = "string"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Names with a telling last word; role `merchant`. The left edge of a Chinese name is a guess."""
        folded = fold(text)
        chinese, english = _chinese(folded, gazetteer(ctx.city)), _english(folded)
        found = sorted([*islice(chinese, MAX_SPANS), *islice(english, MAX_SPANS)])
        return [span(text, start, end, Reading(tidy(text[start:end])), "merchant", sure=False) for start, end in found]

    def read(self, text: str, ctx: Context) -> Reading:
        limits = ctx.limits
        return Reading(checked(_named(text), limits.min_length or SHORTEST, limits.max_length or LONGEST))

    def validate(self, value: Value, ctx: Context) -> Reading:
        return self.read(words_of(value, "organisation"), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        return str(value)


def _named(answer: str) -> str:
    """The name alone; the words as they are when nothing introduces it and nothing follows a whole name."""
    plain = tidy(answer)
    lead = _INTRODUCED.match(plain)
    name = plain[lead.end():] if lead else plain
    first, comma, _ = name.partition("，")
    if comma and (lead or _WHOLE.search(first)):
        name = first
    name = _FILLING.sub("", name) if lead else name
    return name if len(name.strip()) >= SHORTEST else answer


def _chinese(folded: str, places: Gazetteer) -> Iterator[tuple[int, int]]:
    """A name begins where its run begins, or behind the address it stands at."""
    if not _TAIL.search(folded):
        return
    ends = (piece.end for piece in chinese_addresses(folded, places) if not piece.bare)
    addresses = [end for end in ends if not _ends_in_name(folded, end)]
    for start, end in runs(folded):
        tail = _tail(folded, start, end)
        if not tail:
            continue
        behind = max((stop for stop in addresses if start < stop < tail.start()), default=start)
        begin = max(behind, tail.start() - _LONGEST_FOUND)
        lead = _LEAD.match(folded, begin, tail.start())
        begin = lead.end() if lead else begin
        if tail.end() - begin >= 3 and not _GENERIC.fullmatch(folded, begin, tail.end()):
            yield begin, tail.end()


def _ends_in_name(folded: str, end: int) -> bool:
    """天河路某某酒店 is read as an address too, but its end belongs to the name."""
    return any(_TAIL.fullmatch(folded, end - length, end) for length in (2, 3))


def _tail(folded: str, start: int, end: int) -> re.Match[str] | None:
    """The first telling word, or one that soon follows it: 酒店管理有限公司."""
    tail = _TAIL.search(folded, start, end)
    while tail:
        further = _TAIL.search(folded, tail.end(), min(end, tail.end() + _NEXT_TAIL))
        if not further:
            break
        tail = further
    return tail


def _english(folded: str) -> Iterator[tuple[int, int]]:
    for start, end in latin_stretches(folded):
        for found in _EN.finditer(folded, start, end):
            lead = _EN_LEAD.match(folded, found.start(), found.end())
            begin = lead.end() if lead else found.start()
            if found.end() - begin <= LONGEST and len(folded[begin:found.end()].split()) > 1:
                yield begin, found.end()


TYPE = Organisation()
