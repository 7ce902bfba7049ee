"""Is somebody in danger? Rules alone, in any state of the dialogue: a fire must not wait for a classifier.

Missing a real emergency is worse than naming a number too often, but a hotline that answers 煤气费 with the gas
rescue number is not believed for long. So: harmless phrases are blanked out, each clause is searched for the signs
of a kind of danger, and a sign does not count where the clause speaks of the past, of a risk or of a rule.
"""
from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from gateway.fields.city import City, EmergencyNumber
from gateway.fields.folding import fold_lower, tidy

LONGEST = 1000  # characters that are looked at

# Kinds of danger, and whose number helps where the city lists none (city/city.yaml, `emergency`): the fire brigade
# frees the trapped and comes to what collapses or floods, the police to somebody who wants to die.
INSTEAD = {
    "fire": "fire", "gas": "fire", "trapped": "fire", "hazard": "fire", "violence": "police", "self_harm": "police",
    "medical": "police", "traffic": "police",
}

_HARMLESS = (
    r"火锅|火车|火爆|火气|发火|打火机|烟花|灭火器?|救火|火腿|火龙果|消防(?!车.{0,2}快)\w{0,4}",
    r"火灾(?:隐患|演[练习]|保险|报警器)|爆(?:仓|单|款|满)|爆炸式|烟囱|油烟|抽烟|吸烟|烧烤\w{0,4}|秸秆|垃圾|排烟",
    r"(?:煤气|燃气|天然气|液化气|瓦斯)(?:费|公司|表|卡|灶|炉|罐可以|涨价|安检|安装|改造|工程|集团)|困难|困人保险",
    r"困惑|账号|打(?:我|你|他|她)?的?(?:们)?(?:电话|手机)|打人工|打折|打分|打车|打印|打广告|打官司|剧本杀|杀毒",
    r"杀熟|杀价|杀虫|刀具|菜刀(?=[^砍捅杀])|刀削面|道德绑架|捆绑|抢(?:购|单|红|道|票|修|建)|抢劫式",
    r"救命(?:钱|药|稻草|恩人|的钱)|救护车(?:道|通道|收费|费|警报|声|进出)|中风险|(?:电脑|手机)中毒|落水管|下水",
    r"水(?:掉|滴)|跳楼(?:价|大?甩卖|大?减价|机)|自杀式|闯红灯|跟踪(?:我的)?(?:工单|订单|进度|快递|包裹|物流)",
    r"fire (?:exit|hydrant|drill|lane|alarm|station|truck|engine|door|safety|escape|department|extinguisher)s?",
    r"fire (?:the|that|this|him|her|them|me|my|your|our|a)(?![a-z])|fired|fireworks?|in case of fire",
    r"gas (?:bill|station|company|meter|connection|stove|fee)s?|exhaust gas(?:es)?",
    r"ambulance (?:lane|fee|bill|siren)s?|knife set|suicide prevention|app crash(?:ed|es)?|website crash(?:ed|es)?",
    r"[打点着]不(?:着|了|燃)火|着不了火|(?:on )?fire sale|set fire to my|burning my (?:money|cash|wallet)",
)
# Who may be in danger: <zh> and <en> in the signs.
_WHO = {
    "<zh>": r"(?:有人|小孩|孩子|老人|婴儿|宝宝|工人|工友|学生|乘客|邻居|女儿|儿子|我们?|他们?|她们?|我[妈爸爷奶家]"
            r"|[两三四五几\d]+个?人|小朋友|[男女]孩子?|[男女]的|老太太?|老头|大[爷妈叔]|奶奶|爷爷|老婆|妻子|媳妇)",
    "<en>": r"(?:i'?m|i am|we'?re|we are|they are|(?:he|she|someone|somebody|child|baby|mother|father) is"
            r"|(?:people|kids?|someone|child|baby)(?: are| is)?)",
    "<person>": r"(?:man|woman|person|he|she|someone|somebody|father|mother|child|lady|passenger|worker)",
}
_SIGNS = {
    "self_harm": (
        r"不想活(?!动)|活不下去|(?<![吵热累气烦笑])想死(?!你|我了|个)|自杀|轻生|割腕|寻短见|一了百了",
        r"结束(?:自己的?)?生命|跳楼|(?:要|想)跳(?:楼|河|江|桥|下去)|从\w{0,6}跳下|(?:天台|楼顶|阳台|桥)\w{0,4}[要想]\w{0,2}跳",
        r"(?:kill|hurt|harm)(?:ing)? myself|suicid(?:e|al)|end(?:ing)? (?:my|his|her) life",
        r"want(?:s)? to die(?! laughing)|(?:don'?t|do not) want to (?:live|be alive)(?= any|[.!]|$)",
        r"(?:about|going|wants?|threatening) to jump(?! the)",
    ),
    "fire": (
        r"(?:着|著|起|失|走)咗?(?:了)?(?:大|山|一场)?火|火烛|火灾|火災|火势|火光|山火|烧(?:起来|着了)",
        r"燒(?:起來|著了)|浓烟|濃煙",
        r"(?:楼道|楼上|家里|房间|屋|窗户|仓库|车间|厨房)\w{0,4}(?:冒|全是|都是)\w{0,2}[烟火]|冒\w{0,2}火|爆炸",
        r"(?:on|caught|catching|catches|set) fire|there(?:'?s| is| was) (?:an? (?:[a-z]+ )?)?(?:fire|explosion)",
        r"there has been (?:a fire|an explosion)|^\W*fire\W*$|fire (?:in|at|next|near|upstairs|downstairs)",
        r"(?:is|are) (?:burning(?! (?:trash|rubbish|garbage|leaves))|in flames)|flames|exploded",
        r"smoke (?:is |was )?(?:coming|pouring) (?:out of|from) (?:the |our |a )?(?:flat|window|house|stair|building)",
        r"live wire (?:fell|is down|on the)|(?:house|building|wall|roof) (?:has |just )*collapsed on",
        r"(?:flat|apartment|house|corridor|stairwell|staircase|hallway|room|building) is (?:full of|filled with) smoke",
    ),
    "gas": (
        r"(?:煤[气氣]|燃[气氣]|天然[气氣]|瓦斯|液化[气氣])\w{0,6}(?:[泄洩]漏|[泄洩]露|[漏喷噴][气氣了]|在漏|味|臭)",
        r"(?:[泄洩]漏|[漏喷噴])\w{0,3}(?:煤气|燃气|天然气|瓦斯)|[气氣](?:管|罐)\w{0,6}[漏喷噴]",
        r"闻到\w{0,6}(?:煤气|燃气|天然气|瓦斯)|(?:一氧化碳|煤气)中毒|挖断\w{0,4}燃气|gas leak|leaking gas",
        r"smell(?:s|ing)?(?: of)? gas|smell gas|gas (?:pipe |line |tank )?is leaking|carbon monoxide",
    ),
    "medical": (
        r"[晕暈昏](?:倒|迷|过去|厥|了过去)|不省人事|(?:没有?了?|停止了?)(?:呼吸|心跳|意识|知觉)|喘不[上过]来?气",
        r"呼吸困难|心脏病(?:发作|犯)|心梗|脑溢血|中风(?![险后的患])|大出血|流血不止|血流不止|流了?(?:很多|好多|一地)的?血",
        r"吐血|抽搐|休克|误[喝食吞]|[吃喝]了?(?:\w{0,2})(?:农药|鼠药|安眠药|毒药)|[心胸]口\w{0,3}[疼痛]|触电|溺水|落水|<zh>\w{0,4}掉[进到](?:了)?(?:河|水|湖|江|塘|海)",
        r"羊水破|<zh>快?要生了(?!意)|从(?:高处|楼上|架子上?|梯子上?|[\d二三四五六七八]楼)\w{0,4}[摔掉坠][了下]|叫(?:个|辆)?救护车|救护车\w{0,2}快|食物中毒",
        r"<zh>\w{0,3}(?:受|重)伤(?!.{0,8}(?:赔|单位|工伤|平台))|unconscious|(?:not|stopped|isn'?t) breathing",
        r"can'?t breathe|heart attack|(?:having|had) a stroke",
        r"<person> (?:has |just )*(?:collapsed|fainted|passed out)|fell into the (?:river|water|lake|sea|pool|canal)",
        r"(?:fell|fallen)(?: down)? and can'?t (?:move|get up)|<person> can'?t (?:wake up|be woken)",
        r"bleeding (?:heavily|badly|a lot|to death)|won'?t stop bleeding|(?:a|an|took|taken) overdose|seizure",
        r"drowning|electrocuted|poisoned|(?:send|call|need) (?:me |us )?an ambulance",
        r"(?:badly|seriously|severely) (?:hurt|injured)|people (?:are|were) (?:hurt|injured)",
        r"(?:he|she|someone|somebody) is dying",
    ),
    "trapped": (
        r"(?:电梯|電梯)\w{0,4}困(?:住)?(?:了)?人|困在(?:电梯|電梯|水|火|屋|车|楼|山|洞|里)",
        r"(?:电梯|里面|屋里|井里|洞里|车里)\w{0,8}[出上]不[来去来]|<zh>\w{0,4}(?:被)?(?:反)?锁在(?:车|屋|家|房)",
        r"<zh>\w{0,4}[埋压]在|<zh>\w{0,4}掉[进到](?:了)?\w?(?:井|坑|洞|沟)",
        r"<en> (?:still |now )?trapped(?! in (?:an? |the |this )?(?:contract|debt|loop|relationship|traffic|queue))",
        r"(?:lift|elevator)[^.]{0,40}can'?t get out|塌\w{0,4}[埋压]|[埋压]住\w{0,3}人",
        r"<en> (?:still |now )?(?:stuck|locked) in(?:side)? (?:(?:the|a|an|my|our|this) )?"
        r"(?:lift|elevator|car|room|house|flat|building|cellar|well)",
    ),
    "violence": (
        r"[拿持举握]着?(?:一把)?(?:\w{0,2})[刀枪斧](?![切削])|砍人|[要想]\w{0,2}(?:砍|杀|捅|打死)(?:我|人|他|她|死)|杀人了",
        r"捅(?:了)?人|(?:正在|在|又)打(?:我|人|她)|追着打|打起来|家暴|被(?:人)?(?:绑架|劫持|挟持)|抢劫",
        r"抢(?:了)?我的?(?:包|手机|钱)|被人?抢了?(?!购|单|走了?订单)|强奸|性侵|(?:老公|丈夫|男友|男朋友|前夫|他)打我(?!电话|手机)",
        r"闯[进入]\w{0,3}(?:家|屋|房)|(?:跟踪|尾随)(?:着|了)?我|救命|救人啊",
        r"(?:has|have|with|holding|pulled|waving) (?:a |an )(?:big |long )?(?:knife|gun|axe|machete|weapon)",
        r"(?:beating|attacking|stabbing|strangling|hitting|raping) (?:me|us|him|her|my|people|someone|a)(?![a-z])",
        r"(?:trying|going|threatening|threatens|wants) to kill (?:me|us|him|her|someone|my)",
        r"(?:being|getting|got|was just) (?:robbed|mugged|attacked|kidnapped|stabbed|raped)|kidnapped (?:me|my|a)",
        r"broke into my (?:house|home|flat|apartment|room)(?= and .{0,12}(?:still|here|inside)|[.!]|$)",
        r"domestic violence|(?:husband|wife|boyfriend|girlfriend|partner|father) (?:hits?|beats?|is hitting) me",
    ),
    "traffic": (
        r"出了?车祸|撞车了|车\w{0,2}撞了|(?:撞到|撞倒|撞)(?:了)?人|被车撞",
        r"(?:there(?:'?s| is| has)(?: just)?(?: been)?|just had) (?:an? )?(?:car |traffic |road )?(?:accident|crash)",
        r"(?:cars?|trucks?|bus) (?:has |have )?(?:just )?crashed",
    ),
}
# Before a sign, in its clause: the past, a habit, a risk, a rule, a negation. After it: matters of paper.
_NOT_NOW = (
    r"如果|假如|万一|要是|防止|避免|预防|以防|担心|害怕会|怕(?:会|被)|容易|可能(?:会)?|会不会|曾经?|以前|之前|去年",
    r"前年|上个?月|上周|上星期|前[几两]天|昨[天晚日](?!.{0,4}开始)|每次|经常|常常|老是|总是|三天两头|差点|差一点",
    r"险些|并?没有?(?=[着起失])|不会|谣言|风险|如何|规定|投诉过",
    r"(?<![a-z])(?:if|in case|prevent|avoid|risk of|afraid of|worried about|might|may|could|yesterday)(?![a-z])",
    r"(?<![a-z])(?:used to|often)(?![a-z])",
    r"(?<![a-z])(?:last (?:week|month|year|night)|always|every|almost|nearly|hardly|no|never|without)(?![a-z])",
)
_PAPER = (
    r"^\w{0,4}(?:后的|以后|补偿|补贴|隐患|演练|演习|保险|险(?!些)|知识|风险|认定|赔偿|理赔|索赔|概率|怎么赔)",
    r"^[^,.]{0,30}(?:last (?:week|month|year)|ago|insurance)",
)
_ALWAYS = frozenset({"self_harm"})  # a threat with "if" is a threat all the same


def _any(alternatives: Iterable[str]) -> re.Pattern[str]:
    joined = "|".join(alternatives)
    for name, words in _WHO.items():
        joined = joined.replace(name, words)
    return re.compile(joined)


_CLAUSE = re.compile(r"[。！!？?，,；;、\n]+|\.(?=\s|$)")
_BLANK = _any(_HARMLESS)
_PAST = _any(_NOT_NOW)
_LATER = _any(_PAPER)
_KINDS = {kind: _any(signs) for kind, signs in _SIGNS.items()}
_SOME = _any(sign for signs in _SIGNS.values() for sign in signs)


class RulesAlone:
    """No second look (protocols.Sentinel): what the rules see counts."""

    async def danger(self, text: str, suspected: str | None) -> str | None:
        return suspected


RULES_ALONE = RulesAlone()


def number_for(kind: str, city: City) -> EmergencyNumber | None:
    """The city's number for this kind of danger, or the next best; None where the city lists neither."""
    numbers = {number.kind: number for number in city.emergency}
    if kind in numbers:
        return numbers[kind]
    other = numbers.get(INSTEAD[kind])
    return replace(other, kind=kind, also="") if other else None


def emergency(text: str) -> str | None:
    """The kind of danger a message speaks of, by rules; None for nearly all."""
    plain = _BLANK.sub(" ", fold_lower(tidy(text[:LONGEST])))
    if not _SOME.search(plain):
        return None
    clauses = _CLAUSE.split(plain)
    for kind, signs in _KINDS.items():
        if any(_threatens(kind, signs, clause) for clause in clauses):
            return kind
    return None


def _threatens(kind: str, signs: re.Pattern[str], clause: str) -> bool:
    for sign in signs.finditer(clause):
        if kind in _ALWAYS:
            return True
        if not _PAST.search(clause[:sign.end()]) and not _LATER.search(clause[sign.end():]):
            return True
    return False
