"""Roads are real or invented, house numbers are invented."""
from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

UNKNOWN, ELSEWHERE, OTHER_CITY = ("unknown_district",), ("district_elsewhere",), ("other_city",)
ASSUMED = ("district_assumed",)
HOME = Limits(home=True)
HAIZHU = {"province": "广东省", "city": "广州市", "district": "海珠区", "adcode": "440105"}
TIANHE = {"province": "广东省", "city": "广州市", "district": "天河区", "adcode": "440106"}
YIWU = {"province": "浙江省", "city": "金华市", "district": "义乌市", "adcode": "330782"}
PANYU = {"province": "广东省", "city": "广州市", "district": "番禺区", "adcode": "440113"}
CHAOYANG = {"city": "北京市", "district": "朝阳区", "adcode": "110105"}


def at(words: str, role: str | None = None, **resolved: str) -> Seen:
    return Seen(words, words, role, resolved=resolved)


def somewhere(words: str, role: str | None = None) -> Seen:
    return Seen(words, words, role, UNKNOWN)


TABLE = Table(
    read=(
        Read(" 海珠区新港中路1000号 ", "海珠区新港中路1000号", resolved=HAIZHU),
        Read("海珠新港中路", "海珠新港中路", resolved=HAIZHU),
        Read("海珠區新港中路", "海珠區新港中路", resolved=HAIZHU),
        Read("江海街道某小区", "江海街道某小区", resolved=HAIZHU | {"subdistrict": "江海街道"}),
        Read("北京朝阳区建国路", "北京朝阳区建国路", resolved=CHAOYANG),
        Read("吉林长春朝阳区", "吉林长春朝阳区", resolved={
            "province": "吉林省", "city": "长春市", "district": "朝阳区", "adcode": "220104"}),
        Read("朝阳区建国路", "朝阳区建国路", UNKNOWN, {}),
        Read("白云区机场路", "白云区机场路", resolved={
            "province": "广东省", "city": "广州市", "district": "白云区", "adcode": "440111"}),
        Read("越秀区中山五路1000号", "越秀区中山五路1000号", resolved={
            "province": "广东省", "city": "广州市", "district": "越秀区", "adcode": "440104"}),
        Read("重庆市渝中区解放碑", "重庆市渝中区解放碑", resolved={
            "city": "重庆市", "district": "渝中区", "adcode": "500103"}),
        Read("浙江义乌", "浙江义乌", resolved=YIWU),
        Read("浙江省义乌市", "浙江省义乌市", resolved=YIWU),
        Read("浙江某个地方", "浙江某个地方", UNKNOWN, {"province": "浙江省", "adcode": "330000"}),
        Read("中山大学南校区", "中山大学南校区", UNKNOWN, {}),
        Read("Panyu District Guangzhou", "Panyu District Guangzhou", resolved={
            "province": "广东省", "city": "广州市", "district": "番禺区", "adcode": "440113"}),
        Read("我们小区东门那个围挡", "我们小区东门那个围挡", UNKNOWN, {}),
        Read("番禺大石街某小区", "番禺大石街某小区", resolved=PANYU | {"subdistrict": "大石街道"}),
        Read("员村四横路", "员村四横路", resolved=TIANHE | {"subdistrict": "员村街道"}),
        Read("上海徐汇漕溪路", "上海徐汇漕溪路", resolved={"city": "上海市", "district": "徐汇区", "adcode": "310104"}),
        Read("北京朝阳", "北京朝阳", resolved=CHAOYANG),
        Read("东莞虎门", "东莞虎门", resolved={"province": "广东省", "city": "东莞市", "adcode": "441900"}),
        Read("香港九龙", "香港九龙", resolved={"province": "香港特别行政区", "adcode": "810000"}),
        Read("北京天河区", "北京天河区", ELSEWHERE, {"city": "北京市", "adcode": "110000"}),
        Read("海珠广场", "海珠广场", UNKNOWN, {}),
        Read("北京朝阳区", "北京朝阳区", OTHER_CITY, CHAOYANG, HOME),
        Read("海珠区新港中路", "海珠区新港中路", (), HAIZHU, HOME),
        Read("广东省", "广东省", UNKNOWN, {"province": "广东省", "adcode": "440000"}, HOME),
        Read("Tianhe Qu", "Tianhe Qu", resolved=TIANHE),
        Read("Haizhu", "Haizhu", resolved=HAIZHU),
        Read("Shipai Subdistrict, Tianhe", "Shipai Subdistrict, Tianhe", resolved=TIANHE | {"subdistrict": "石牌街道"}),
        Read("1000 Tianhe Road, Tianhe District", "1000 Tianhe Road, Tianhe District", resolved=TIANHE),
        Read("Chaoyang District, Beijing", "Chaoyang District, Beijing", resolved=CHAOYANG),
        *(Read(text, value, ASSUMED, HAIZHU, district="440105") for text, value in (
            ("新港中路12号", "海珠区新港中路12号"),
            ("某小区3栋", "海珠区某小区3栋"),
            ("石溪工业区2号", "海珠区石溪工业区2号"),
            ("某县路8号", "海珠区某县路8号"),
            ("广州新港中路12号", "广州海珠区新港中路12号"),
            ("广东省广州市新港中路12号", "广东省广州市海珠区新港中路12号"),
            ("12 Xingang Middle Road", "12 Xingang Middle Road, Haizhu District"),
            ("12 Xingang Middle Road, Guangzhou", "12 Xingang Middle Road, Guangzhou, Haizhu District"),
        )),
        *(Read(text, value, ASSUMED, CHAOYANG, district="110105") for text, value in (
            ("建国路88号", "北京市朝阳区建国路88号"),
            ("北京建国路88号", "北京朝阳区建国路88号"),
            ("88 Jianguo Road", "88 Jianguo Road, Chaoyang District, Beijing"),
            ("88 Jianguo Road, Beijing", "88 Jianguo Road, Beijing, Chaoyang District"),
        )),
        Read("建国路88号", "北京市朝阳区建国路88号", ASSUMED + OTHER_CITY, CHAOYANG, HOME, "110105"),
        *(Read(text, text, UNKNOWN, district="440105") for text in (
            "北京建国路", "浙江某个地方", "广州", "广州市。", "Guangzhou", "朝阳区建国路", "某某区新港中路",
            "高新区科技路", "12 Xingang Road, Somewhere District", "88 Jianguo Road, Chaoyang",
        )),
        *(Read(text, text, district="440105") for text in ("天河区天河路", "员村四横路", "Tianhe", "香港九龙")),
        Read("新港中路12号", "新港中路12号", UNKNOWN, {}, district="990000"),
    ),
    refused=(
        Refused("", "empty"),
        Refused("路", "too_short", {"min": "2"}),
        Refused("路" * 301, "too_long", {"max": "300"}),
        Refused("路" * 100_000, "too_long"),
        Refused("海珠区", "too_short", {"min": "5"}, Limits(min_length=5)),
    ),
    found=(
        Found("你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了", (
            at("广州海珠区新港中路", "sender", **HAIZHU), at("北京朝阳区建国路", "receiver", **CHAOYANG))),
        Found("從廣州海珠區新港中路寄到北京朝陽區建國路", (
            at("廣州海珠區新港中路", "sender", **HAIZHU), at("北京朝陽區建國路", "receiver", **CHAOYANG))),
        Found("从海珠区寄到天河区", (at("海珠区", "sender"), at("天河区", "receiver"))),
        Found("海珠区新港中路寄往上海浦东新区世纪大道100号", (
            at("海珠区新港中路", "sender"), at("上海浦东新区世纪大道100号", "receiver", district="浦东新区"))),
        Found("我从广州寄到北京的快递", (somewhere("广州", "sender"), somewhere("北京", "receiver"))),
        Found("从海珠区寄天河区的件", (at("海珠区", "sender"), at("天河区", "receiver"))),
        Found("从白云区寄了个包裹到番禺区", (at("白云区", "sender"), at("番禺区", "receiver"))),
        Found("深圳寄武汉的件", (somewhere("深圳", "sender"), somewhere("武汉", "receiver"))),
        Found("广州天河→北京朝阳", (at("广州天河", "sender", **TIANHE), at("北京朝阳", "receiver", **CHAOYANG))),
        Found("从朋友家天河区龙口西路寄给我妈", (at("天河区龙口西路", "sender", **TIANHE),)),
        Found("shipped from Tianhe to my office in Yuexiu District", (
            at("Tianhe", "sender", **TIANHE), at("Yuexiu District", "receiver", district="越秀区"))),
        Found("parcel to Chaoyang District, Beijing from Tianhe District", (
            at("Chaoyang District, Beijing", "receiver", **CHAOYANG), at("Tianhe District", "sender", **TIANHE))),
        Found("寄件地址：天河区天河路1000号；收件地址：从化区街口街道", (
            at("天河区天河路1000号", "sender"), at("从化区街口街道", "receiver", subdistrict="街口街道"))),
        Found("sent from Xingang Middle Road, Haizhu District, Guangzhou "
              "to 88 Jianguo Road, Chaoyang District, Beijing and it has not moved", (
                  at("Xingang Middle Road, Haizhu District, Guangzhou", "sender", **HAIZHU),
                  at("88 Jianguo Road, Chaoyang District, Beijing", "receiver", **CHAOYANG))),
        Found("from guangzhou to beijing", (somewhere("guangzhou", "sender"), somewhere("beijing", "receiver"))),
        Found("it was shipped to Room 602, Building 3, 1000 Tianhe Road, Tianhe District, Guangzhou, China", (
            at("Room 602, Building 3, 1000 Tianhe Road, Tianhe District, Guangzhou, China", "receiver", **TIANHE),)),
        Found("商家地址是天河区天河路1000号", (at("天河区天河路1000号", "merchant"),)),
        Found("工地在黄埔区科学大道1000号，吵得睡不着", (at("黄埔区科学大道1000号", "place"),)),
        Found("我住在天河区石牌街道龙口东路34号龙口花苑3栋602，楼上装修", (
            at("天河区石牌街道龙口东路34号龙口花苑3栋602", "affected", subdistrict="石牌街道"),)),
        Found("I live at 1000 Dabei Road, Panyu District", (at("1000 Dabei Road, Panyu District", "affected"),)),
        Found("车停在体育西路地铁站A口附近", (somewhere("体育西路地铁站A口附近", "place"),)),
        Found("深圳市南山区科苑路", (at("深圳市南山区科苑路", district="南山区"),)),
        Found("越秀区北京路1000号门口乱停", (at("越秀区北京路1000号门口", district="越秀区"),)),
        Found("家楼下天河路385号工地半夜施工", (somewhere("天河路385号工地"),)),
        Found("Yuexiu District, Beijing Road 1000", (at("Yuexiu District, Beijing Road 1000", district="越秀区"),)),
        Found("卖家从义乌发货到广州番禺区钟村街道", (
            at("义乌", "sender", **YIWU), at("广州番禺区钟村街道", "receiver", subdistrict="钟村街道"))),
        Found("寄往成都武侯区的包裹", (at("成都武侯区", "receiver", district="武侯区"),)),
        Found("珠江新城站A1出口全是单车", (somewhere("珠江新城站A1出口"),)),
        Found("I live in Room 1203, Block 5, Clifford Estates, Panyu District", (
            at("Room 1203, Block 5, Clifford Estates, Panyu District", "affected", district="番禺区"),)),
        Found("请问广州市天河区社保局在哪里，我要投诉海珠区市场监督管理局"),
        Found("我在广州买的，这条路很吵，店关门跑路了，走马路要小心"),
        Found("bikes are blocking the road, a factory cooling tower hums, cars race on the ring road"),
        Found("I live in Guangzhou"),
        Found("北京到上海多少公里，改装摩托车炸街，老旧小区改造，地铁站C口单车淤积，网约车绕路"),
        Found("I live at Clifford Estates in Panyu", (at("Clifford Estates in Panyu", "affected", **PANYU),)),
        Found("the crossing of Huacheng Avenue and Huaxia Road", (somewhere("Huacheng Avenue and Huaxia Road"),)),
        Found("the lights on Jiangnan Avenue in Haizhu District are red", (
            at("Jiangnan Avenue in Haizhu District", **HAIZHU),)),
        Found("bikes outside Kecun station exit A", (somewhere("Kecun station exit A"),)),
        Found("the entrance of Zhujiang New Town station", (somewhere("Zhujiang New Town station"),)),
        Found("单号SF1234567890123三天没动"),
    ),
    shown=(Shown("海珠区新港中路", "海珠区新港中路", "海珠区新港中路"),),
    checked=(
        Checked("海珠区新港中路", "海珠区新港中路"),
        Checked(True, code="address"),
        Checked(["海珠区"], code="address"),
    ),
)
