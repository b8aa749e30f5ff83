"""Loading reads the weights and computes nothing else."""

from __future__ import annotations

import subprocess
import sys

import torch
from torch import nn

from sorairo.nn.skip_init import on_meta_device


def test_loading_timing_and_delivery_do_not_import_torchs_compiler():
    """`torch._dynamo` takes as long to import as torch."""
    script = (
        "import sys, torch\n"
        "from sorairo.models import hub\n"
        "from sorairo.models.loading import load_model\n"
        "from sorairo.models.upscaling.upscaler_files import load_upscaler\n"
        "from sorairo.models.sizing.placement import Placement\n"
        "from sorairo.models.sizing.shape import shape_of\n"
        "from sorairo.models.sizing.speed import block_speed\n"
        "cpu = torch.device('cpu')\n"
        "block_speed(shape_of(hub.info(hub.find('tabletop'))), cpu)\n"
        "load_upscaler(); load_model('tabletop', Placement(device=cpu))\n"
        "print([name for name in ('torch._dynamo', 'sympy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_modules_on_the_meta_device_take_loaded_weights():
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(3, 4), nn.Embedding(5, 3), nn.Conv2d(2, 3, 1))
            self.scale = nn.Parameter(torch.ones(2))
            for parameter in self.parameters():
                nn.init.trunc_normal_(parameter)

    torch.manual_seed(0)
    before, real = torch.get_rng_state(), Scaled()
    torch.set_rng_state(before)
    with on_meta_device():
        made = Scaled()
    assert torch.equal(torch.get_rng_state(), before)
    assert all(p.is_meta for p in made.parameters())
    made.load_state_dict(real.state_dict(), assign=True)
    for name, value in real.state_dict().items():
        assert torch.equal(made.state_dict()[name], value)
    assert nn.Linear(3, 4).weight.abs().sum() > 0  # outside, modules are initialised
