"""English words that captions do not use, by the value that each stands for.

Phrases are separated by commas. Words that name nothing in the world are not here: they are
unknown, however near their spelling is to a known word.
"""

from __future__ import annotations

COLORS = {
    "red": "crimson, scarlet, ruby, ruby red, cherry, cherry red, blood red, brick red, vermilion,"
    " maroon, burgundy, carmine, reddish, rosso, fire engine red, tomato red, brick coloured",
    "orange": "amber, tangerine, pumpkin, apricot, rust coloured, orangey, orange coloured,"
    " carrot coloured, copper coloured, burnt orange, reddish orange, yellowish orange",
    "yellow": "golden, gold, lemon, lemon yellow, lemon coloured, mustard, canary yellow, canary,"
    " sunflower yellow, yellowish, ochre, gold coloured, golden yellow, sand coloured, saffron",
    "green": "emerald, lime, lime green, olive, olive green, jade, jade green, mint, mint green,"
    " forest green, grass green, apple green, sea green, pea green, greenish, verdant, moss green",
    "cyan": "turquoise, teal, aqua, aquamarine, sky blue, light blue, pale blue, baby blue,"
    " bluish green, blue green, ice blue, sky coloured, cyan blue, powder blue",
    "blue": "navy, navy blue, azure, cobalt, cobalt blue, sapphire, royal blue, indigo,"
    " ultramarine, marine blue, midnight blue, ocean blue, bluish, electric blue, cerulean, steel"
    " blue",
    "purple": "violet, lilac, lavender, mauve, plum, plum coloured, amethyst, aubergine, purplish,"
    " royal purple, grape coloured",
    "pink": "magenta, fuchsia, hot pink, salmon, salmon pink, coral, rose coloured, rose pink,"
    " blush, pinkish, bubblegum pink, baby pink, raspberry pink, rosy",
    "white": "ivory, snow white, off white, cream coloured, pearl white, whitish, milk white",
    "black": "jet black, pitch black, ebony, coal black, charcoal black, blackish, ink black",
}
# Before a colour of captions; the colour stays ("dark green" is green).
COLOR_DEGREES = (
    "light, dark, bright, pale, deep, vivid, pastel, neon, rich, soft, shiny, glossy, matte, warm,"
    " cool, brilliant, intense, dull, faded, glowing, luminous"
)
# (singular, plural)
SHAPES = {
    "sphere": "orb/orbs, globe/globes, marble ball/marble balls, bead/beads, bouncy ball/bouncy"
    " balls, beach ball/beach balls, round thing/round things, round object/round objects, round"
    " ball/round balls, round one/round ones, toy ball/toy balls, football/footballs, soccer"
    " ball/soccer balls, basketball/basketballs, tennis ball/tennis balls, bowling ball/bowling"
    " balls, billiard ball/billiard balls, snooker ball/snooker balls, spheroid/spheroids,"
    " spherical object/spherical objects, spherical/spherical, pearl/pearls",
    "box": "square/squares, brick/bricks, dice/dice, crate/crates, cuboid/cuboids,"
    " carton/cartons, parcel/parcels, package/packages, cubic/cubic, cube shaped/cube shaped,"
    " square block/square blocks, toy block/toy blocks, building block/building blocks, chest/"
    "chests, boxy/boxy, square thing/square things, cardboard box/cardboard boxes",
    "cylinder": "barrel/barrels, tube/tubes, drum/drums, column/columns, pillar/pillars, tin can/"
    "tin cans, soda can/soda cans, drink can/drink cans, tin/tins, canister/canisters, keg/kegs,"
    " pipe/pipes, log/logs, cylindrical/cylindrical, roller/rollers, cylinder shaped/"
    "cylinder shaped, round box/round boxes",
    "capsule": "tablet/tablets, lozenge/lozenges, pill shaped/pill shaped",
}
SIZES = {
    "small": "tiny, mini, miniature, wee, teeny, minuscule, petite, smallish, compact, smaller,"
    " very small",
    "large": "huge, giant, gigantic, enormous, massive, great big, oversized, immense, bigger, very"
    " big, very large, larger, colossal, jumbo",
}
MATERIALS = {
    "metal": "metallic, steel, iron, chrome, aluminium, aluminum, brass, chromed, silvery, silver",
    "rubber": "plastic, rubbery, vinyl, silicone",
    "wood": "timber, oak, pine",
}
FLOORS = {
    "wood": "parquet, parquet floor, wooden table, wood table, table, tabletop, table top, desk,"
    " wooden desk, floorboards, floor boards, wooden boards, boards, planks, wooden planks, wooden"
    " plank, hardwood, hardwood floor, timber floor, wooden surface, wood surface, wooden board,"
    " wooden deck, oak floor, laminate floor, floor of wood, wooden ground",
    "checker": "chessboard, chess board, chequerboard, checker board, checked floor, chequered"
    " floor, chequered, checked, tiles, tiled floor, black and white tiles, black and white"
    " squares, checkered tiles, chequered tiles, chess pattern, checkered pattern, checkerboard"
    " pattern, black and white tiled floor, checkered ground, tile floor, checker pattern,"
    " squared floor",
    "grass": "meadow, turf, pasture, grassland, green lawn, grassy field, grass field, grassy"
    " meadow, grassy, grassy ground, green meadow, green field, football pitch, fresh grass,"
    " green grass, prairie, lush grass, lush lawn, freshly mown lawn, mown lawn",
    "sand": "beach, desert, dunes, dune, sand dunes, sand dune, golden dunes, golden sand, sandy"
    " beach, sandy desert, desert sand, beach sand, sandpit, sandbox, floor of sand, shore,"
    " seashore",
    "marble": "polished marble, marble tiles, marble slab, marble ground, white marble, marble"
    " surface, stone floor, floor of stone, polished stone, marble plate, polished marble floor,"
    " stone tiles",
    "snow": "snowfield, snow field, fresh snow, snowy field, snow covered ground, snow covered"
    " floor, white snow, floor of snow, deep snow, snowy meadow, snow covered field",
}
LIGHTS = {
    "day": "daytime, in the daytime, at daytime, noon, at noon, midday, at midday, sunny, sunlight,"
    " in sunlight, in the sunlight, in the sun, in bright sunlight, in sunshine, sunshine, on a"
    " sunny day, in the morning, morning, in the afternoon, afternoon, in broad daylight, morning"
    " light, in bright light, bright daylight, by daylight, on a bright day",
    "sunset": "dusk, at dusk, dawn, at dawn, sunrise, at sunrise, twilight, at twilight, sundown,"
    " at sundown, golden hour, at golden hour, in the golden hour, evening light, in the sunset,"
    " evening sun, in the evening sun, in the twilight, sunset light, in sunset light, as the sun"
    " sets",
    "night": "after dark, midnight, at midnight, nighttime, at nighttime, night time, at night"
    " time, moonlight, in moonlight, in the moonlight, moonlit, by moonlight, under the moon,"
    " under the stars, under a starry sky, nightfall, after nightfall, in the night, by night,"
    " during the night, dark night, in darkness, darkness, nocturnal, starlight, under moonlight",
}
STYLES = {
    "film_noir": "film noir, noir film, noir style, like a film noir, in film noir style",
    "black_and_white": "monochrome, in monochrome, grayscale, in grayscale, greyscale, in"
    " greyscale, black white, b w, old film, old black and white film, an old film, in black"
    " white",
    "pencil": "charcoal, charcoal drawing, hand drawn, hand sketched, crayon, crayon drawing,"
    " sketched in pencil, drawn with a pencil, pencil style, pencil lines, a sketch, as a sketch,"
    " graphite, line drawing, as a drawing, graphite drawing, drawn by hand, sketchy",
    "oil": "oil on canvas, painted, in oils, in oil, painterly, as a painting, like an oil"
    " painting, oil style, oil paint, oil paints, in oil paint, oil painted, painting",
    "pixel_art": "8 bit, 8bit, 16 bit, pixel style, pixelart, as pixels, retro game, retro game"
    " style, 8 bit style, in pixels, in pixel style, pixel graphics, like pixel art, pixel art"
    " look",
    "neon": "cyberpunk, synthwave, neon light, neon lights, glowing neon, neon glow, in neon, in"
    " neon lights, neon lit, glowing lines, neon art",
}
# Base forms; "+" marks a final consonant that is doubled ("skid+": skidding).
VERBS = {
    "drop": "plummet, plunge, tumble, sink, descend, bounce, land, plop+, crash down, come down,"
    " drop down, plummet down, tumble down, bounce off, hit the ground, hit the floor, fall over",
    "roll": "trundle, roll away, roll past, roll by",
    "slide": "skid+, slip+, slide past, slide away, skim+, slither, scoot",
    "move": "travel, move, go, drift, whoosh, speed, rush, dash, race, run past, pass, pass by,"
    " zip+, zoom past, come in, wander, head, cross, dart, hurry",
    "throw": "hurl, fling, launch, lob+, soar, fly off, fly past, fly away, catapult, get thrown,"
    " sail through the air, pitch",
    "collide": "strike, smash into, crash into, knock, knock over, run into, bang into, slam+ into,"
    " ram+, knock into, collide, bump, knock away",
    "hide": "hide behind a screen, hide behind a wall, go behind a wall, pass behind a wall,"
    " vanish behind a wall, disappear behind a wall, disappear behind a screen, vanish behind a"
    " screen, move behind a screen, move behind a wall, roll behind a wall, roll behind a screen,"
    " slide behind a screen, slide behind a wall, go behind a barrier, roll behind a barrier,"
    " pass behind a barrier",
    "turntable": "turn, rotate, spin+, revolve, twirl, whirl, pirouette, turn round, turn around,"
    " spin+ around, go round and round, rotate on a platform, spin+ on a platform, turn on a"
    " platform, spin+ on a plate, go round and round on a plate, turn on a record player, spin+"
    " on a record player, go round on a carousel, turn on a carousel, spin+ on a table, go round,"
    " rotate on a disc, spin+ on a disc, turn on a disc",
    "swing": "sway, oscillate, rock back and forth, swing like a pendulum, hang and swing,"
    " move like a pendulum, swing from side to side, swing on a rope, swing from a rope, swing on a"
    " string",
    "toss": "juggle, keep jumping, bounce up and down, jump up and down",
    "stand": "sit, lie, stay, stay still, sit still, lie still, remain still, wait, sit there",
}
IRREGULAR = {  # past tense and participle, by base form
    "sink": ("sank", "sunk"), "slip": ("slipped",), "fling": ("flung",), "strike": ("struck",),
    "run": ("ran", "running"), "go": ("went", "gone"), "spin": ("spun",), "lie": ("lay", "lying"),
    "sit": ("sat", "sitting"), "hide": ("hid", "hidden"), "come": ("came",), "fall": ("fell",),
    "fly": ("flew", "flown"), "slide": ("slid",), "swing": ("swung",), "hit": ("hitting",),
    "speed": ("sped",), "keep": ("kept",), "get": ("got", "getting"), "stand": ("stood",),
    "hang": ("hung",), "drop": ("dropped", "dropping"),
}  # fmt: skip
# Phrases for an event that are no verbs.
EVENT_PHRASES = {
    "turntable": "on a spinning plate, on a rotating platform, on a revolving plate, on a record"
    " player, on a carousel, on a rotating plate, on a spinning disc, on a rotating disc, on a"
    " merry go round, on a lazy susan, round and round, on a spinning platform, record player,"
    " carousel, on a spinning table, on a rotating table",
    "swing": "like a pendulum, as a pendulum, pendulum, on a rope, from a rope, on a string",
    "toss": "over and over, into the air again and again, thrown and caught, tossed and caught, up"
    " into the air again and again",
    "hide": "behind a wall, behind the wall, behind a curtain, behind a barrier, behind a panel,"
    " behind a board",
    "stand": "still, at a standstill, unmoving, not moving, standing there, sitting there",
    "throw": "in flight, airborne",
}
HEADINGS = {
    "left": "leftward, toward the left, from the right to the left, from the right, right to"
    " left, to its left, leftwards, going left, over to the left",
    "right": "rightward, toward the right, from the left to the right, from the left, left to"
    " right, to its right, rightwards, going right, over to the right",
}
COUNTS = {
    1: "single, a single, one single, 1, just one, only one",
    2: "2, a pair of, pair of, a couple of, couple of, both, twin",
    3: "3, a trio of, trio of, several, a few",
    4: "4, a quartet of",
    5: "5, five, half a dozen", 6: "6, six", 7: "7, seven", 8: "8, eight", 9: "9, nine",
    10: "10, ten, many, lots of, a lot of, dozens of, a dozen", 12: "12, twelve", 20: "20, twenty",
}  # fmt: skip
# After the word "camera".
CAMERAS = {
    "push_in": "push, pushes, pushing, zoom in, zooms in, zooming in, dolly in, dollies in,"
    " closer, moves in, moving in, approaches, approaching, comes closer, goes closer, gets"
    " closer, move in",
    "pull_back": "pull, pulls, pulling, zoom out, zooms out, zooming out, dolly out, dollies out,"
    " away, retreats, backs away, moves back, moving back, goes back, move back, back",
    "orbit_left": "orbit, orbits, orbiting, circle, circles, circling, goes round, goes around,"
    " moves around, moves round, rotates, revolves, turns, rotating, turning, around, round",
    "still": "still, fixed, static, locked, motionless, stationary, does not move, not moving,"
    " tripod",
}
# Without the word "camera", or with it at the end.
CAMERA_PHRASES = {
    "push_in": "zoom in, zooms in, zooming in, zoom in on, dolly in, push in, slow zoom in, close"
    " up",
    "pull_back": "zoom out, zooms out, zooming out, dolly out, pull back, slow zoom out",
    "still": "static camera, locked camera, stationary camera, static shot, fixed shot, still shot,"
    " camera fixed, camera static, unmoving camera",
    "orbit_left": "orbiting camera, orbit shot, circling camera, orbiting shot",
}
CAMERA_WORDS = "camera"
CAMERA_FILLERS = (
    "it, its, ball, cube, object, thing, stays, remains, is, are, in, to, from, around, round,"
    " on, with, of, and, back, out, we, as, while, position, motion, movement, gets, moves,"
    " moving, comes, that, scene, towards, toward, left, right, then"
)
# Read, and nothing is missing without them.
FILLERS = (
    "please, show, show me, make, make me, create, generate, animate, render, draw, watch, i, me,"
    " my, want, want to see, can you, could you, would like, give me, video, footage, animation,"
    " scene, shot of, image, image of, very, really, quite, just, only, simple, single, which,"
    " who, s, t, for, can see, you can see, we can see, there, here, his, her, their, these,"
    " those, some, some sort of, kind of, has, have, having, get, gets, got, been, be, was, were,"
    " will, does, do, so, but, colored, coloured, color, colour, in color, shape, shaped, object,"
    " objects, thing, things, something, one, ones, from the sky, out of the sky, from above,"
    " from a height, from high up, from up high, through the air, toward, surface, off, all, now,"
    " let, lets, see, look, as, if, it, itself, themselves, each, every, other, about, around,"
    " upon, covered with, full of, made from, lit, clip of, short clip of, short video of, along"
    " with, together, together with, place, placed, when, where"
)
# Fruits, flowers and stones whose names are colours only before the name of a thing: a lemon that
# falls is no yellow ball.
COLOR_NOUNS = frozenset(
    [
        "amber",
        "tangerine",
        "pumpkin",
        "apricot",
        "lemon",
        "canary",
        "saffron",
        "emerald",
        "lime",
        "olive",
        "jade",
        "mint",
        "cobalt",
        "sapphire",
        "violet",
        "lilac",
        "lavender",
        "plum",
        "amethyst",
        "aubergine",
        "salmon",
        "coral",
        "ivory",
        "ebony",
        "ruby",
        "cherry",
        "gold",
        "mustard",
    ]
)
