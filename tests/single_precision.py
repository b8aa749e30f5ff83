"""A device "single" without float64, like Apple's MPS: the CPU computes what is asked of it, and a
float64 tensor there is an error with the words of MPS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_any_only, tree_map_only
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "single"
_setup_privateuseone_for_python_backend(NAME)
# torch.random.fork_rng, in all later tests, keeps the state of every device.
getattr(torch, NAME).get_rng_state = lambda _device: torch.get_rng_state()
getattr(torch, NAME).set_rng_state = lambda _state, _device: None
DEVICE, CPU = torch.device(NAME, 0), torch.device("cpu")
MIXES_DEVICES = ("copy_", "_copy_from", "index", "index_put", "index_put_")


class OnDevice(Tensor):
    """A tensor of the device; its numbers are `held` by the CPU."""

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> OnDevice:
        if held.dtype == torch.float64:
            raise TypeError(
                "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support"
                " float64. Please use float32 instead."
            )
        made = Tensor._make_wrapper_subclass(  # type: ignore[attr-defined]
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=DEVICE,
        )
        made.held = held
        return made

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is F.scaled_dot_product_attention:  # it looks for kernels of the device
            return computed(func, args, kwargs)
        if func is Tensor.new_tensor:  # it fills memory of the device itself
            return OnDevice(args[0].held.new_tensor(*args[1:], **kwargs))
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args, **kwargs)

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return computed(func, args, kwargs or {})


@contextmanager
def single_precision() -> Iterator[None]:
    """While it is entered, tensors can be made on the device and moved there."""
    with _Literals(), _Operations():
        yield


class _Literals(TorchFunctionMode):
    """Tensors of numbers that are written out, with which torch fills memory of a device itself."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.tensor and torch.device(kwargs.get("device") or CPU).type == NAME:
            return OnDevice(torch.tensor(*args, **{**kwargs, "device": CPU}))
        return func(*args, **kwargs)


class _Operations(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func._can_decompose():  # in inference mode, operations made of others come as they are
            with self:
                return func.decompose(*args, **kwargs or {})
        return computed(func, args, kwargs or {})


def computed(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What an operation gives, on the device that it would be on."""
    given = (args, kwargs)
    there = tree_any_only(OnDevice, lambda _: True, given)
    elsewhere = tree_any_only(Tensor, lambda t: t.device == CPU and t.ndim > 0, given)
    name = getattr(func, "overloadpacket", func).__name__
    if there and elsewhere and name not in MIXES_DEVICES:
        raise RuntimeError(f"{func}: tensors of {NAME} and of the CPU are mixed")
    asked = kwargs.get("device")
    if asked is not None:
        there = torch.device(asked).type == NAME
        kwargs = {**kwargs, "device": CPU if there else asked}
    wrappers: dict[int, OnDevice] = {}

    def unwrapped(tensor: OnDevice) -> Tensor:
        wrappers[id(tensor.held)] = tensor
        return tensor.held

    args, kwargs = tree_map_only(OnDevice, unwrapped, (args, kwargs))
    result = func(*args, **kwargs)
    if not there:
        return result
    with torch.inference_mode(False):  # views of weights are no tensors of inference
        return tree_map_only(
            Tensor, lambda t: wrappers[id(t)] if id(t) in wrappers else OnDevice(t), result
        )
