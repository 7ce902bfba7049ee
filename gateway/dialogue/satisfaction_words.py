"""The words of being satisfied, zh and en, over folded lower-case text (gateway/dialogue/satisfaction.py).

FEELINGS count wherever they stand; OPINIONS (很差, terrible) only where nothing else is spoken of. Each table is tried
in its order at every place of the text, so what is longer and what denies comes first. Value 0: about satisfaction,
but not saying which (满意吗, 不是不满意), or words that only look like it (happy to wait).
"""
from __future__ import annotations

import re


class Lexicon:
    """Phrases with a value 0…5, as one pattern."""

    def __init__(self, phrases: tuple[tuple[int, str], ...]) -> None:
        self._values = [value for value, _ in phrases]
        self._pattern = re.compile("|".join(f"(?P<p{place}>{phrase})" for place, (_, phrase) in enumerate(phrases)))

    def values(self, text: str) -> list[int]:
        return [self._value(found) for found in self._pattern.finditer(text)]

    def search(self, text: str) -> bool:
        return self._pattern.search(text) is not None

    def without(self, text: str) -> str:
        """The text without its phrases that tell something."""
        return self._pattern.sub(lambda found: " " if self._value(found) else found.group(), text)

    def blanked(self, text: str) -> str:
        """The text without any of its phrases."""
        return self._pattern.sub(" ", text)

    def _value(self, found: re.Match[str]) -> int:
        return self._values[int(str(found.lastgroup)[1:])]


# What may stand between a denial and what it denies.
_BETWEEN = (
    r"(?:是|很|太|怎么|怎么样|够|算|能|会|可|令|让|使|叫|人|我们?|咱们?|大家|群众|居民|市民|业主|百姓|老百姓|有|一点儿?|半点|什么|感到|感觉|"
    r"觉得|十分|非常|特别|那么|这么|完全|得到?|真正|多|大|任何|太多|一丝|说|敢|再|更|咋|甚|尽){0,5}?"
)
_WHATEVER = r"[^,.。!;?\s]"
_VERY = r"(?:非常|很|极其|极度|极|十分|特别|太|超级|超|相当|万分|完全|最|无比|真的很|真|百分百|100%)(?:的|地)?"
_AT_ALL = r"(?:一点儿?[都也]?|根本就?|丝毫|毫|压根儿?就?|实在)"
_GAP_EN = (
    r"(?: (?:a|an|the|at|all|really|very|so|too|that|this|quite|been|be|being|feel|feeling|entirely|completely|fully|"
    r"totally|particularly|exactly|even|much|is|it|was|i|i'm|i am|am|we|are|we're|any|make|made|me|think|say|find|one|"
    r"bit|as|yet|still|100%|anywhere|near|close|to|with|[a-z]+ly)){0,5} "
)
_NOT_EN = (
    r"(?<![a-z])(?:not|never|hardly|barely|scarcely|cannot|[a-z]+n't|no longer|far from|less than|anything but)"
)
_GLAD = r"(?:satisfied|satisfactory|satisfying|happy|pleased|impressed)"
_SORRY = (
    r"(?:(?:dis|un)[- ]?(?:satisfied|satisfactory|happy|pleased|impressed)|displeased|disappointed|disappointing)"
)
_MUCH = r"(?:very|really|so|extremely|completely|totally|fully|absolutely|most|deeply|highly|utterly)"

FEELINGS = Lexicon((
    # asked, wished, under a condition
    (0, rf"满不满意|满意(?:还是|或|不|没)不?满意|满意与否|是否满意|满意[吗么嘛]|满意没有?$"
        rf"|不知道?{_WHATEVER}{{0,6}}满意"),
    (0, rf"(?:如果|要是|假如|除非|希望|期待|直到|只有|什么时候|何时|不管|无论|要让|应该|必须|争取|努力|如何|怎样)"
        rf"{_WHATEVER}{{0,12}}满意"),
    (0, rf"(?:给|要|求|等|讨|想|盼){_WHATEVER}{{0,8}}满意的?(?:答复|解决|结果|说法|处理|交代|回复|解释|方案)"),
    (0, r"才(?:会|能|可能|可以)?(?:算|叫|让我)?不?满意"),
    (0, r"(?:不是|并非|不算|不会|不可能|不能|不得|没理由|怎么会|怎么能|谈不上|也不)(?:说|很|太|特别|有什么)?不满意?"),
    (0, rf"(?:没有?|不|并未|从未){_BETWEEN}(?:失望|后悔)"),
    (0, r"(?:零|[一二三四五六七八九\d]成|百分之(?!百)[一二三四五六七八九十零两\d]+|(?<!\d)\d{1,2}%)的?满意"
        r"|满意(?:率|度(?:调查|评价|回访|测评))|不满(?:[0-9一二三四五六七八九十两半]|足)"),
    # denied, or denied twice
    (4, r"(?:没有?|无|毫无|挑不出)(?:任何|什么|啥|半点|一点)?(?:让人|可)?不满意?(?:的|的地方|之处)?"),
    (5, r"不能(?:再|更)满意|再满意不过|(?:从来?没有?|从未|第一次|头一次|头一回)(?:这么|如此|那么)满意"),
    (1, rf"(?:{_VERY}|{_AT_ALL})不满意?|满意(?:个)?(?:屁|鬼|锤子|个头)|满意度?(?:是|为)?(?:零|0)"),
    (2, r"满意度?[^没不无,.。!;?\s]{0,4}(?:低|差|不高|不够|不行|不好|下降|打折)|离满意"),
    (2, r"满意度[^,.。!;?\s]{0,2}(?:不|没)[^,.。!;?\s]{0,3}高"),
    (5, r"满意度(?:非常|很|极|特别)高|满意度(?:满分|100%?)"),
    (4, r"满意度[^不没,.。!;?\s]{0,3}高"),
    (0, r"不满意度|满意度|不错过"),
    (4, r"不错|没(?:有)?毛病"),
    (0, r"不仅|不但|不愧|不光|不只|不过|不用|不好意思|不得不|不由得|没想到|想不到|没(?:有)?问题|没几天"),
    (2, rf"(?:不|没有?|未|无法|难以?|谈不上|称不上|算不上|说不上|唔(?!该)(?:系|係)?好?|冇){_BETWEEN}满意"),
    (2, r"(?:不|没|别|休|拒绝)[^,.。!;?\s不没]{0,4}(?:好评|点赞)"),
    (2, r"不满意?|失望|差评|寒心|不尽(?:如)?人意"),
    # said
    (3, r"(?:基本上?|大体上?|大致|勉强|部分|一半|半)满意"),
    (5, rf"{_VERY}(?:的)?满意|五星好评|满意极了|满意至极|十二分满意"),
    (4, r"满意|好评|点赞"),
    # English
    (5, rf"(?:could not|couldn't|can't|cannot) (?:be|have been|get) (?:any )?(?:happier|better|more {_GLAD})"
        rf"|never (?:been|felt) (?:so|this|more) {_GLAD}|never been happier"
        rf"|never (?:had|seen|got|received|known)(?: such| so)? (?:good|great|excellent|better)[a-z ]*"),
    (0, r"(?<![a-z])not (?:only|just|merely)(?![a-z])|(?:no|zero) (?:doubt|problems?|issues?)(?![a-z])"),
    (0, rf"{_NOT_EN}{_GAP_EN}(?:not|{_SORRY})(?![a-z])(?: {_GLAD})?"),
    (0, r"(?<![a-z])(?:if|when|whenever|until|unless|once|would|will|[a-z]+'ll|should|could|might|want|hope|hoping|how|"
        r"whether|before|are you|were you|are we|make|to be|hard|difficult|impossible|unable|fail|failed)(?![a-z])"
        rf"[^,.!?;]{{0,40}}?(?<![a-z]){_GLAD}(?![a-z])"),
    (2, rf"{_NOT_EN} (?:think|feel|find|say|believe|consider|call|see)(?: [a-z']+){{0,6}} {_GLAD}(?![a-z])"
        rf"|(?<![a-z])(?:nobody|no one|none|neither|nothing)(?: [a-z']+){{0,4}} {_GLAD}(?![a-z])"
        rf"|(?<![a-z])(?:no|non|least|(?<!or )less|without being)[ -]{_GLAD}(?![a-z])"),
    (0, rf"{_GLAD}(?: [a-z]+){{0,2}} (?:if|when|once|until|unless)(?![a-z])"),
    (0, r"happy (?:to|new|birthday|holidays?|chinese|mid|spring|national|lunar|christmas|ending|hour)(?![a-z])"),
    (1, rf"{_MUCH} {_SORRY}(?![a-z])|{_NOT_EN} (?:at all|in the least|remotely|the least bit) {_GLAD}"
        rf"|not (?:one|a) bit {_GLAD}|not {_GLAD} at all"),
    (2, rf"{_NOT_EN}{_GAP_EN}{_GLAD}(?![a-z])|{_NOT_EN}(?: [a-z]+ly)? {_GLAD}(?![a-z])"),
    (2, rf"(?<![a-z]){_SORRY}(?![a-z])"),
    (3, rf"(?<![a-z])(?:partly|partially|somewhat|more or less|half|fairly|moderately) {_GLAD}(?![a-z])|满意一半"),
    (5, rf"(?<![a-z]){_MUCH} {_GLAD}(?![a-z])"),
    (4, rf"(?<![a-z]){_GLAD}(?![a-z])"),
))

_BAD_EN = r"(?:bad|poor|terrible|awful|horrible|useless|rubbish|appalling|disgraceful|pathetic)"
_GOOD_EN = r"(?:good|great|nice|well|excellent|perfect|brilliant|acceptable|fine|ok|okay|best)"

OPINIONS = Lexicon((
    (0, r"差不多|差一?点|好意思|好像|好多|好了|好久|才好|一般(?:来说|情况|人|都|是|在)|最好|好不好"
        r"|good (?:morning|afternoon|evening|night|day|luck|grief)|great (?:pity|shame|deal)"),
    (4, r"(?<![a-z])not (?:at all |so |too |that |half )?(?:a )?bad(?: at all)?(?![a-z])|(?:can't|cannot) complain"
        r"|no complaints"),
    (0, rf"{_NOT_EN}{_GAP_EN}{_BAD_EN}(?![a-z])"),
    (2, rf"(?<![a-z])no good(?![a-z])|{_NOT_EN}(?:{_GAP_EN}| ){_GOOD_EN}(?![a-z])"),
    (0, r"(?:没有?|不|未)(?:那么|很|太|特别|是|算|至于)*(?:差|糟糕?)"),
    (4, r"唔错|几好"),
    (2, r"唔(?:系|係)?(?:太|几)?(?:好|掂)(?!意)"),
    (2, r"(?:(?:一点儿?|半点)[都也]|根本就?|完全|实在)?"
        r"(?:不|没有?)(?:是|太|够|怎么|很|那么|特别|非常|算|大|咋)*好|不行|不怎么样|不咋[样地的]|不理想|不佳|不给力"
        r"|不认可"),
    (1, r"(?:非常|极其?|太|最|特别|实在太)(?:差劲?|糟糕?|烂|坏)"),
    (2, r"(?:很|真|较|比较|挺|够|好)?(?:差劲?|糟糕?|烂)(?!距|别|额)"),
    (3, r"一般般?|还行|还可以|凑合|马马虎虎|过得去|还好|中等|普通|勉强"),
    (5, r"(?:很|非常|太|特别|真|超级?|十分|极其?|相当)(?:好|棒|赞|给力|优秀|完美)|好极了|无可挑剔|没[得话的]说|完美"
        r"|优秀|满分|(?:真|好)?(?:棒|赞|给力)"),
    (4, r"(?:挺|蛮|还挺|比较|满)好|好的很|好得很"),
    (1, rf"(?<![a-z]){_MUCH} (?:bad|poor)(?![a-z])"
        r"|(?<![a-z])(?:terrible|awful|horrible|useless|appalling|disgraceful|pathetic|worst)(?![a-z])"),
    (2, r"(?<![a-z])(?:bad|poor|rubbish)(?![a-z])"),
    (3, r"(?<![a-z])(?:so[ -]so|ok|okay|average|neutral|mediocre|fair|alright|all right)(?![a-z])"),
    (5, rf"(?<![a-z]){_MUCH} (?:good|nice|well done|great)(?![a-z])"
        r"|(?<![a-z])(?:excellent|great|perfect|brilliant|fantastic|outstanding|wonderful|amazing|awesome|superb)(?![a-z])"),
    (4, r"(?<![a-z])(?:good|nice|well done|fine)(?![a-z])"),
))

# What may stand around an opinion in its clause without giving it another subject.
FILLERS = re.compile(
    r"(?:总体|整体|总的来说|服务|态度|处理|办理|办事|效果|结果|速度|效率|质量|工作|感觉|觉得|我们?|你们?|对此|对|这次|此次|本次|表示|真的|师傅|"
    r"人员|工作人员|的|了|都|是|也|还|啊|呀|吧|哦|呢|哈|嘛|啦|得|很|挺|都|就|谢谢|多谢|感谢|辛苦了?|你|您|"
    r"(?<![a-z])(?:it's|it|is|was|that's|this|that|the|a|an|service|job|work|response|handling|result|results|everything|everyone|"
    r"team|very|really|so|just|all|quite|pretty|i|i'm|am|we|we're|are|think|feel|with|of|your|you|thanks|thank|overall|my|"
    r"absolutely|simply|done|customer|outcome|yes|and|you've|you're|they|were|have|been)(?![a-z']))"
)
# What says nothing beside a rating.
PARTICLES = re.compile(
    r"谢谢|多谢|感谢|[的了啊呀吧哦呢哈嘛啦您你]"
    r"|(?<![a-z])(?:thanks|thank you|thx|it's|it is|i'm|i am|we are|very|really)(?![a-z])"
)
# A clause that asks; and what turns a whole message round, so that nothing in it is taken at its word.
QUESTION = re.compile(
    r"\?\s*$|[吗么]\s*[,.。!;]*$|[啥么]意思|代表什么"
    r"|(?<![a-z])(?:how|are you|were you|is it|do you) [a-z ]*(?:satisfied|happy)"
)
DOUBT = re.compile(
    r"才怪|谁(?:会|能|还)?满意|(?:自己|领导)满意|满意了[吧?]|有鬼了|(?:叫|算)(?:什么|哪门子)?满意|都嫌|哪有|哪来|何来|谈何|谁会|凭什么|(?<!不)怎么(?:可能|会|能|让|叫|就|还)?满意"
    r"|(?<!没)有(?:什么|啥)可?满意|满意(?:什么|啥|哪)|不可能|假的|骗人|[别休甭]想|别指望|没办?法|不见得|未必|难道|岂|呵呵|🙃"
    r"|(?<![a-z])my (?:foot|arse|ass)(?![a-z])"
    r"|(?<![a-z])(?:not|[a-z]+n't|[a-z']+ not)\W*(?:$|[,.;!?])|(?<![a-z])(?:as if|yeah,? right)(?![a-z])"
)

# 🙂 says nothing: in China it is as often a sneer.
EMOJI: dict[str, int] = {
    **dict.fromkeys("👍💯❤🥰😍🤩💐🌹🎉", 5), **dict.fromkeys("😀😃😄😁😊☺😇👌", 4), **dict.fromkeys("😐😑😶", 3),
    **dict.fromkeys("🙁☹😞😟😒😣😖😩😢😭😔😕👿", 2), **dict.fromkeys("👎😡😠🤬💩🖕", 1),
}
