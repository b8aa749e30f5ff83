"""English words of the table-top: few names for each thing, for a small text encoder.

Lists begin with the commonest form: `caption_plan.pick` prefers the front of a list.
"""

ARTICLES = ("a", "the", "one")
NUMBERS = {2: "two", 3: "three", 4: "four"}

# (singular, plural)
SHAPES = {
    "sphere": (("ball", "balls"), ("sphere", "spheres")),
    "box": (("cube", "cubes"), ("box", "boxes"), ("block", "blocks")),
    "cylinder": (("cylinder", "cylinders"),),
    "capsule": (("capsule", "capsules"), ("pill", "pills")),
}
COLORS = {
    name: (name,)
    for name in (
        "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "white", "black",
    )
}  # fmt: skip
SIZES = {"small": ("small", "little"), "large": ("large", "big")}
MATERIALS = {"rubber": ("rubber",), "metal": ("metal",), "wood": ("wooden",)}

# Phrases that follow "on" or "onto"; {a} is an article.
FLOORS = {
    "wood": ("{a} wooden floor", "{a} wood floor", "wood"),
    "checker": ("{a} checkerboard", "{a} checkered floor", "{a} checkerboard floor"),
    "grass": ("the grass", "grass", "{a} lawn"),
    "sand": ("the sand", "sand", "{a} sandy floor"),
    "marble": ("{a} marble floor", "marble", "{a} floor of marble"),
    "snow": ("the snow", "snow", "{a} snowy floor"),
}
FLOOR_IS = {
    "wood": ("wooden", "made of wood"),
    "checker": ("checkered", "a checkerboard"),
    "grass": ("grass", "covered in grass"),
    "sand": ("sand", "sandy"),
    "marble": ("marble", "made of marble"),
    "snow": ("snow", "covered in snow"),
}
SOME_FLOOR = ("the floor", "the ground")
ONTO = ("onto", "on", "to")
ALONG = ("on", "across", "over", "along")

# (third person singular, plural, participle)
VERBS = {
    "drop": (
        ("falls", "fall", "falling"),
        ("drops", "drop", "dropping"),
        ("falls down", "fall down", "falling down"),
        ("is dropped", "are dropped", "dropped"),
    ),
    "roll": (("rolls", "roll", "rolling"), ("rolls along", "roll along", "rolling along")),
    "slide": (("slides", "slide", "sliding"), ("glides", "glide", "gliding")),
    "throw": (
        ("is thrown", "are thrown", "thrown"),
        ("flies", "fly", "flying"),
        ("flies through the air", "fly through the air", "flying through the air"),
        ("is tossed", "are tossed", "tossed"),
    ),
    "collide": (
        ("hits", "hit", "hitting"),
        ("bumps into", "bump into", "bumping into"),
        ("collides with", "collide with", "colliding with"),
    ),
    "hide": (
        ("passes behind a screen", "pass behind a screen", "passing behind a screen"),
        ("goes behind a screen", "go behind a screen", "going behind a screen"),
        ("disappears behind a screen and comes out again",
         "disappear behind a screen and come out again",
         "disappearing behind a screen and coming out again"),
    ),
    "turntable": (
        ("turns on a turntable", "turn on a turntable", "turning on a turntable"),
        ("rotates on a turntable", "rotate on a turntable", "rotating on a turntable"),
        ("goes round on a turntable", "go round on a turntable", "going round on a turntable"),
        ("spins on a turntable", "spin on a turntable", "spinning on a turntable"),
    ),
    "swing": (
        ("swings", "swing", "swinging"),
        ("swings back and forth", "swing back and forth", "swinging back and forth"),
        ("swings to and fro", "swing to and fro", "swinging to and fro"),
    ),
    "toss": (
        ("is thrown up again and again", "are thrown up again and again",
         "thrown up again and again"),
        ("keeps being tossed into the air", "keep being tossed into the air",
         "being tossed into the air again and again"),
        ("is tossed up again and again", "are tossed up again and again",
         "tossed up again and again"),
    ),
    "stand": (
        ("stands", "stand", "standing"),
        ("rests", "rest", "resting"),
        ("stands still", "stand still", "standing still"),
    ),
}  # fmt: skip
# Relations, written before the name of the other body.
RELATIONS = {
    "left": ("to the left of", "left of", "on the left of"),
    "right": ("to the right of", "right of", "on the right of"),
    "front": ("in front of",),
    "behind": ("behind",),
}

HEADINGS = {
    "left": ("to the left", "left", "towards the left", "from right to left"),
    "right": ("to the right", "right", "towards the right", "from left to right"),
}
LIGHTS = {
    "day": ("in daylight", "by day", "during the day"),
    "sunset": ("at sunset", "in the evening", "in evening light"),
    "night": ("at night", "in the dark"),
}
# After "the camera": (verb phrase of a sentence, participle phrase).
CAMERAS = {
    "still": (("stays still", "staying still"), ("does not move", "not moving")),
    "orbit_left": (
        ("orbits left", "orbiting left"), ("circles to the left", "circling to the left"),
    ),
    "orbit_right": (
        ("orbits right", "orbiting right"), ("circles to the right", "circling to the right"),
    ),
    "push_in": (("pushes in", "pushing in"), ("moves closer", "moving closer")),
    "pull_back": (("pulls back", "pulling back"), ("moves away", "moving away")),
}  # fmt: skip
CAMERA_NAMES = {"still": ("still camera", "fixed camera")}

# Styles as a phrase after a comma.
STYLES = {
    "film_noir": ("film noir style", "in the style of film noir", "as film noir"),
    "black_and_white": ("in black and white", "filmed in black and white"),
    "pencil": ("as a pencil drawing", "drawn in pencil", "pencil drawing style"),
    "oil": ("as an oil painting", "painted in oil", "oil painting style"),
    "pixel_art": ("in pixel art", "as pixel art", "pixel art style"),
    "neon": ("neon style", "in neon style", "in neon lines"),
}
# Styles as a noun, before "of" or alone.
STYLE_MEDIA = {
    "film_noir": ("a film noir",),
    "black_and_white": ("a black and white film", "a black and white video"),
    "pencil": ("a pencil drawing", "a pencil sketch"),
    "oil": ("an oil painting",),
    "pixel_art": ("pixel art", "a pixel art clip"),
    "neon": ("a neon picture", "a neon clip"),
}

OPENINGS = ("a video of", "a clip of", "there is", "we see", "a photo of")
BESIDE = ("with", "near", "next to", "beside")

# Parsed but never written: other forms of the words above, and single words with their meaning.
ALSO_READ = {
    "event": {
        "drop": ("fell", "dropped", "bounces", "bounce", "bouncing", "lands", "land", "landing"),
        "roll": ("rolled",),
        "slide": ("slid", "glided"),
        "throw": ("flew", "throw", "throws", "thrown", "tossed", "through the air"),
        "collide": ("hit", "collides", "collide", "colliding"),
        "hide": ("behind a screen", "behind the screen", "screen"),
        "turntable": ("turntable", "turns", "turning", "rotates", "rotating", "spins", "spinning"),
        "swing": ("swung",),
        "toss": (
            "again and again",
            "thrown up",
            "tossed up",
            "thrown into the air",
            "tossed into the air",
            "up and down",
            "juggled",
            "juggling",
        ),
        "stand": ("stood", "at rest", "side by side", "motionless"),
    },
    "floor": {
        "wood": ("wood floor", "wooden ground"),
        "checker": ("checkered", "checkerboard", "checker floor"),
        "grass": ("grassy floor", "lawn"),
        "sand": ("sandy", "sandy ground"),
        "marble": ("marble",),
        "snow": ("snowy", "snowy ground"),
    },
    "light": {"day": ("daylight", "day"), "sunset": ("sunset", "evening"), "night": ("night",)},
    "heading": {"left": ("leftwards",), "right": ("rightwards",)},
    "style": {
        "film_noir": ("noir",),
        "black_and_white": ("black and white",),
        "pencil": ("pencil", "drawing", "drawn", "sketch", "sketched"),
        "oil": ("oil", "oils", "painting", "painted"),
        "pixel_art": ("pixel", "pixels", "pixelated", "pixel art"),
        "neon": ("neon",),
    },
}
FILLERS = (
    "a an the is are and in on onto to across over along of with near next beside there we see "
    "video clip photo it its also by at from towards into being while as floor ground back forth "
    "fro keeps keep being up air "
    "and it this that then down made covered stays light out again behind "
    "style film filmed picture lines"
)
