from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table


def shop(name: str) -> Seen:
    return Seen(name, name, "merchant")


TABLE = Table(
    read=(
        Read("the shop is called Echo Fashion", "Echo Fashion"),
        Read("卖家昵称叫小音数码", "小音数码"),
        Read("叫回音烧烤，每天半夜才关", "回音烧烤"),
        Read("回音小学，孩子三年级", "回音小学"),
        Read("叫我李女士吧", "叫我李女士吧"),
        Read("好又多便利店", "好又多便利店"),
        Read(" Example Trading Co., Ltd. ", "Example Trading Co., Ltd."),
        Read("广州某某网络科技有限公司（天河分公司）", "广州某某网络科技有限公司（天河分公司）"),
    ),
    refused=(
        Refused("", "empty"),
        Refused("店", "too_short", {"min": "2"}),
        Refused("店" * 61, "too_long", {"max": "60"}),
        Refused("好又多", "too_long", {"max": "2"}, Limits(max_length=2)),
    ),
    found=(
        Found("我在好又多便利店买的牛奶过期了", (shop("好又多便利店"),)),
        Found("昨天去家家沙发店退货被拒", (shop("家家沙发店"),)),
        Found("投诉广州示例酒店管理有限公司", (shop("广州示例酒店管理有限公司"),)),
        Found("开在天河区天河路1000号的示例火锅，上菜有虫", (shop("示例火锅"),)),
        Found("在天河区天河路1000号示例药房买的药", (shop("示例药房"),)),
        Found("示例超市（滨江店）乱收费", (shop("示例超市（滨江店）"),)),
        Found("I demand a refund from Example Electronics", (shop("Example Electronics"),)),
        Found("I bought it at Example Garden Restaurant last week", (shop("Example Garden Restaurant"),)),
        Found("The Example Trading Co., Ltd. never answers", (shop("Example Trading Co., Ltd."),)),
        Found("修车店换了副厂件，充了三千块理发店跑路，海珠区市场监督管理局不管"),
        Found("那家公司和一家超市，还有快递公司，物业公司都不理我"),
        Found("我在婚纱影楼拍照，在健身中心办卡，去菜市场买菜"),
        Found("the shop and the restaurant on the corner"),
    ),
    shown=(Shown("好又多便利店", "好又多便利店", "好又多便利店"),),
    checked=(
        Checked("好又多便利店", "好又多便利店"),
        Checked(True, code="organisation"),
        Checked(["x"], code="organisation"),
    ),
)
