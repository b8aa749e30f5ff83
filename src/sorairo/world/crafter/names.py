"""The names of what there is in Crafter: actions, ground, things, items. No simulator."""

from __future__ import annotations

from sorairo.errors import unknown_name

ACTIONS = (
    *("noop", "left", "right", "up", "down", "do", "sleep"),
    *("place_stone", "place_table", "place_furnace", "place_plant"),
    *("make_wood_pickaxe", "make_stone_pickaxe", "make_iron_pickaxe"),
    *("make_wood_sword", "make_stone_sword", "make_iron_sword"),
)
"""What a player can do in a step, in the order of the simulator's action numbers."""

GROUND = (
    *("outside", "water", "grass", "stone", "path", "sand", "tree", "lava"),
    *("coal", "iron", "diamond", "table", "furnace"),
)
"""What a tile consists of; "outside" is beyond the edge of the world."""

WALKABLE = ("grass", "path", "sand", "lava")
"""Ground that the player can step on; lava kills."""

THINGS = (
    *("nothing", "player-left", "player-right", "player-up", "player-down", "player-sleep"),
    *("cow", "zombie", "skeleton", "arrow-left", "arrow-right", "arrow-up", "arrow-down"),
    *("plant", "plant-ripe"),
)
"""What stands on a tile, by the name of its picture."""

CREATURES = ("cow", "zombie", "skeleton")

MOVING = tuple(i for i, name in enumerate(THINGS) if name.startswith(("arrow", *CREATURES)))
"""The indices of things that move by themselves."""

ITEMS = (
    *("health", "food", "drink", "energy", "sapling", "wood", "stone", "coal", "iron", "diamond"),
    *("wood_pickaxe", "stone_pickaxe", "iron_pickaxe"),
    *("wood_sword", "stone_sword", "iron_sword"),
)
"""The inventory, in the order of its places in the picture: nine to a row."""

FACINGS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
"""Where the player looks: (x, y) of the tile that it acts on, relative to its own."""

COLUMNS, ROWS = 9, 7
"""Tiles of the map in a picture; the player is in the middle."""
ITEM_ROWS = 2
"""Rows of the inventory below the map."""
TILE = 8
"""Pixels of a side of a tile."""
SIDE = COLUMNS * TILE
"""Pixels of a side of a picture."""
FPS = 8.0
"""Steps that a second of a clip shows."""
MOST = 9
"""The most that the inventory holds of an item."""


def action_number(action: str | int) -> int:
    """The number of an action by its name or number. Raises UnknownNameError."""
    if isinstance(action, str):
        if action not in ACTIONS:
            raise unknown_name("action", action, ACTIONS)
        return ACTIONS.index(action)
    if not 0 <= action < len(ACTIONS):
        raise unknown_name("action", str(action), ACTIONS)
    return int(action)
