"""Chinese words of the table-top: the same tables as in `lexicon_en`."""

NUMBERS = {1: "一个", 2: "两个", 3: "三个", 4: "四个"}

SHAPES = {
    "sphere": ("球", "圆球", "球体"),
    "box": ("立方体", "方块", "盒子"),
    "cylinder": ("圆柱体", "圆柱"),
    "capsule": ("胶囊", "胶囊体"),
}
# (before 的 or a noun, directly before a noun)
COLORS = {
    "red": ("红色", "红"),
    "orange": ("橙色", "橙"),
    "yellow": ("黄色", "黄"),
    "green": ("绿色", "绿"),
    "cyan": ("青色", "青"),
    "blue": ("蓝色", "蓝"),
    "purple": ("紫色", "紫"),
    "pink": ("粉色", "粉红"),
    "white": ("白色", "白"),
    "black": ("黑色", "黑"),
}
SIZES = {"small": ("小",), "large": ("大",)}
MATERIALS = {"rubber": ("橡胶",), "metal": ("金属",), "wood": ("木头", "木质")}

FLOORS = {
    "wood": ("木地板", "木质地板"),
    "checker": ("棋盘格", "棋盘格地板", "格子地板"),
    "grass": ("草地", "草坪"),
    "sand": ("沙地", "沙子"),
    "marble": ("大理石地板", "大理石"),
    "snow": ("雪地",),
}
SOME_FLOOR = ("地上", "地面上")

# Without a floor; {H} is the heading or nothing.
VERBS = {
    "drop": ("落下", "掉落", "掉下来", "坠落"),
    "roll": ("{H}滚动", "{H}滚"),
    "slide": ("{H}滑动", "{H}滑行"),
    "throw": ("{H}飞出", "被{H}抛出", "被{H}扔出"),
    "collide": ("{H}撞上", "{H}撞到", "{H}碰到"),
    "hide": ("{H}从挡板后面经过", "{H}移到挡板后面又出来"),
    "turntable": ("在转盘上转动", "在转盘上旋转", "随转盘转动"),
    "swing": ("摆动", "来回摆动"),
    "toss": ("一次次被抛起", "被反复抛向空中", "不断被抛起", "一次又一次被抛向空中"),
    "stand": ("立着", "静静地立着", "摆着"),
}
# With a floor {F} that the motion ends at or passes over.
VERBS_ON_FLOOR = {
    "drop": ("落到{F}上", "掉到{F}上", "落在{F}上", "掉在{F}上", "坠落到{F}上"),
    "roll": ("{H}滚过{F}",),
    "slide": ("{H}滑过{F}",),
    "stand": ("立在{F}上", "放在{F}上", "静静地立在{F}上"),
}
# Without an event: {B} on the floor {F}.
THERE = ("{F}上有{B}", "{F}上的{B}", "{B}在{F}上")
# Relations, written after the name of the other body.
RELATIONS = {
    "left": ("的左边", "的左侧"),
    "right": ("的右边", "的右侧"),
    "front": ("的前面", "的前方"),
    "behind": ("的后面", "的后方"),
}

HEADINGS = {
    "left": ("向左", "往左", "从右向左", "朝左边"),
    "right": ("向右", "往右", "从左向右", "朝右边"),
}
LIGHTS = {
    "day": ("白天", "日光下"),
    "sunset": ("傍晚", "日落时", "夕阳下"),
    "night": ("夜里", "晚上", "夜晚"),
}
CAMERAS = {
    "still": ("镜头静止", "镜头不动", "固定镜头"),
    "orbit_left": ("镜头向左环绕", "镜头向左绕"),
    "orbit_right": ("镜头向右环绕", "镜头向右绕"),
    "push_in": ("镜头推近", "镜头靠近"),
    "pull_back": ("镜头拉远", "镜头后退"),
}

STYLES = {
    "film_noir": ("黑色电影风格", "采用黑色电影风格"),
    "black_and_white": ("黑白画面", "黑白风格", "采用黑白画面"),
    "pencil": ("铅笔画风格", "用铅笔画成", "铅笔素描"),
    "oil": ("油画风格", "画成油画"),
    "pixel_art": ("像素风格", "像素画风格"),
    "neon": ("霓虹风格", "霓虹灯风格"),
}
# Styles as a noun, before 里 or alone.
STYLE_MEDIA = {
    "film_noir": ("黑色电影",),
    "black_and_white": ("黑白影片", "黑白视频"),
    "pencil": ("铅笔画", "铅笔素描"),
    "oil": ("油画",),
    "pixel_art": ("像素画",),
    "neon": ("霓虹画面",),
}

OPENINGS = ("视频里", "画面中", "", "照片里")
BESIDE = ("旁边有", "还有", "附近有")

ALSO_READ = {
    "event": {
        "drop": (
            "落到", "落在", "掉到", "掉在", "坠落到", "下落", "坠下", "掉下", "落", "掉", "弹起",
        ),
        "roll": ("滚动", "滚过", "滚向", "滚"),
        "slide": ("滑动", "滑行", "滑过", "滑向", "滑"),
        "throw": ("飞出", "抛出", "扔出", "被抛", "被扔", "飞过", "飞"),
        "collide": ("撞上", "撞到", "碰到", "撞向", "撞"),
        "hide": ("挡板后面", "挡板"),
        "turntable": ("转盘上", "转盘", "转动", "旋转"),
        "swing": ("摆动", "来回"),
        "toss": (
            "一次次", "一次又一次", "反复", "不断", "被抛起", "抛起", "抛向空中", "被抛向空中",
        ),
        "stand": ("立在", "放在", "摆在", "站在", "静静地立在", "静静", "放着"),
    },
    "floor": {
        "wood": ("木板",), "checker": ("棋盘", "格子"), "grass": ("草",), "sand": ("沙滩", "沙"),
        "marble": (), "snow": ("雪",),
    },
    "light": {"day": ("日光",), "sunset": ("日落", "夕阳"), "night": ("夜",)},
    "heading": {"left": ("左边", "左侧", "朝左"), "right": ("右边", "右侧", "朝右")},
    "style": {
        "film_noir": (),
        "black_and_white": ("黑白",),
        "pencil": ("铅笔", "素描"),
        "oil": ("油彩",),
        "pixel_art": ("像素",),
        "neon": ("霓虹", "霓虹灯"),
    },
}  # fmt: skip
FILLERS = (
    "的 了 在 上 着 正在 和 与 一个 从 后面 经过 移到 又 出来 还有 旁边有 附近有 旁边 附近 有 里 "
    "画面 画面中 视频 视频里 中 地上 地面上 地面 地板 地 被 随 空中 下来 到 过 向 往 朝 一 个 "
    "下 时 是 风格 影片 采用 用 画 成"
)
