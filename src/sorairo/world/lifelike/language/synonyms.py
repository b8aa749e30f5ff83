"""Words that people use for what captions say in other words, in English and in Chinese."""

from __future__ import annotations

from functools import cache


def _rows(*rows: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    return {usual: tuple(others.split("|")) for usual, others in rows}


# What is written in captions: what is read as it.
PEOPLE = _rows(
    (
        "young woman",
        "woman|lady|female|gal|young lady|teenage girl|adult woman|person|someone"
        "|businesswoman|girlfriend|wife|bride",
    ),
    (
        "young man",
        "man|guy|gentleman|fellow|dude|bloke|male|young guy|teenage boy|adult man"
        "|businessman|worker|jogger|runner|student|boyfriend|husband",
    ),
    ("girl", "lass|schoolgirl|small girl|young girl|female child|daughter"),
    ("boy", "lad|kid|child|schoolboy|small boy|young boy|male child|son|toddler"),
    ("old woman", "grandmother|grandma|granny|old lady|elderly lady|senior woman|aged woman"),
    ("old man", "grandfather|grandpa|elderly gentleman|senior man|old guy|aged man"),
    ("middle-aged woman", "middle-aged lady|mother|mom|mum|mature woman"),
    ("middle-aged man", "middle-aged guy|father|dad|mature man"),
    ("年轻女子", "女士|女人|女子|女性|姑娘|美女|女生|年轻女性|年轻女士"),
    ("年轻男子", "男士|男人|男子|男性|小伙子|小伙|男生|年轻男性"),
    ("小女孩", "女童|小姑娘|女娃"),
    ("小男孩", "男孩子|男童|小孩|小孩子|孩子|儿童"),
    ("老妇人", "奶奶|老奶奶|外婆|老婆婆|老年女性"),
    ("老头", "爷爷|老爷爷|外公|老人|老头子|老年男性|老先生"),
    ("中年女子", "妈妈|母亲|阿姨|中年妇女"),
    ("中年男子", "爸爸|父亲|叔叔|大叔"),
)
CLOTHES = _rows(
    ("t-shirt", "shirt|tee|tee shirt|t shirt|blouse"),
    ("sweater", "pullover|hoodie|cardigan|sweatshirt"),
    ("coat", "jacket|trench coat|raincoat|parka"),
    ("dress", "gown|frock|sundress"),
    ("trousers", "jeans|slacks"),
    ("T恤", "短袖|衬衫|上衣|体恤"),
    ("毛衣", "卫衣|针织衫"),
    ("大衣", "夹克|风衣|棉衣"),
    ("连衣裙", "长裙|礼服|裙装"),
    ("长裤", "牛仔裤"),
)
# Without a direction, these say what happens and not where to.
ACTIONS: dict[str, tuple[str, str]] = {
    "walks": (
        "walk none",
        "walk|walking|is walking|strolls|strolling|is strolling|wanders|wandering|ambles|marches"
        "|paces|saunters|strides|goes for a walk|takes a walk",
    ),
    "runs": (
        "run none",
        "run|running|is running|jogs|jogging|is jogging|sprints|sprinting|is sprinting|dashes"
        "|races|rushes|hurries|goes for a run",
    ),
    "sits down": (
        "sit none",
        "sits|sitting|is sitting|sitting down|sit|takes a seat|is seated|has a seat",
    ),
    "stops": ("stop none", "comes to a stop|halts|comes to a halt|comes to a standstill"),
    "turns around": ("turn none", "turns back|turns round|does a u-turn|makes a u-turn"),
    "waves": ("wave none", "waving|waves a hand|waves hello|says hello|greets"),
    "dances": ("dance none", "dance|dancing|is grooving|boogies"),
    "stands still": ("stand none", "stands|standing|stand|waits|is waiting|poses"),
    "carries": ("carry none", "carrying|carry|is carrying|holds|holding|is holding|hauls|brings"),
    "opens": ("door none", "opening|is opening|pushes open|pulls open"),
    "falls down": (
        "drop none",
        "falls|drops|is dropped|falling|is falling|dropping|tumbles down|falls to the ground"
        "|falls to the floor|drops to the floor",
    ),
    "shatters": (
        "shatter none",
        "breaks|smashes|is shattered|shattering|is smashed|breaks into pieces|breaks apart"
        "|shatters into pieces|goes to pieces|bursts",
    ),
    "falls over": (
        "topple none",
        "topples|topples over|tips over|keels over|falling over|is knocked over",
    ),
    "walk up to each other and stop": (
        "meet none",
        "meets|meet|are meeting|meet each other|meets each other",
    ),
    "walk past each other": (
        "pass none",
        "pass each other|passes each other|pass by each other|cross paths",
    ),
    "rolls": ("track none", "rolling|is rolling|roll"),
    "相向走来并停下": ("meet none", "相遇|见面|碰面"),
    "擦肩而过": ("pass none", "错身而过|互相走过"),
    "走": ("walk none", "散步|行走|漫步|步行|走路|走着|溜达"),
    "跑": ("run none", "跑步|奔跑|慢跑|小跑|飞奔|冲刺|跑着"),
    "坐下": ("sit none", "落座|坐下来|坐着|坐在|入座"),
    "停下": ("stop none", "停住|停下来|止步"),
    "转身": ("turn none", "掉头|回头走|转身往回走"),
    "挥手": ("wave none", "招手|挥挥手|打招呼"),
    "跳舞": ("dance none", "起舞|跳着舞|舞蹈"),
    "站着不动": ("stand none", "站着|站立|站在"),
    "抱着": ("carry none", "拿着|捧着|端着|提着"),
    "推开": ("door none", "打开|拉开"),
    "落下": ("drop none", "掉下|掉下来|掉落|坠落|跌落|下落|落到地上|掉到地上"),
    "碎了": ("shatter none", "打碎|破碎|碎裂|摔碎|碎掉|破裂|粉碎"),
    "倒下": ("topple none", "翻倒|倾倒|倒在地上"),
    "滚动": ("track none", "滚着|滚过|滚来|滚去"),
}
# What somebody does to a thing ("drops a vase") is none of the events of the world.
TRANSITIVE = frozenset(
    {
        *("drops", "dropping", "breaks", "smashes", "shatters", "shattering", "bursts"),
        *("topples",),
    }
)
DIRECTIONS = {
    "left": ("to the left", "leftwards|leftward|to his left|to her left|向左|往左|朝左"),
    "right": ("to the right", "rightwards|rightward|to his right|to her right|向右|往右|朝右"),
    "towards": ("towards the camera", "toward the camera|to the camera|towards us|toward us"),
    "away": ("away", "away from the camera|into the distance"),
}


@cache
def usual_words() -> dict[str, str]:
    """The words of captions for each synonym, in lower case."""
    found: dict[str, str] = {}
    for table in (PEOPLE, CLOTHES):
        found |= {other.lower(): usual for usual, others in table.items() for other in others}
    for usual, (_, others) in ACTIONS.items():
        found |= dict.fromkeys(others.split("|"), usual)
    for usual, others in DIRECTIONS.values():
        found |= {other: usual for other in others.split("|") if other.isascii()}
    return found


@cache
def spoken() -> dict[str, tuple[str, str]]:
    """The facts that stand in no caption in these words, but in texts of users."""
    facts = {usual: ("event", event) for usual, (event, _) in ACTIONS.items()}
    for heading, (usual, others) in DIRECTIONS.items():
        facts |= dict.fromkeys((usual, *others.split("|")), ("heading", heading))
    return facts
