"""The table of all fields of request bodies."""

from __future__ import annotations

from collections.abc import Mapping

from sorairo.server.api.fields.batch_fields import BATCH_FIELDS
from sorairo.server.api.fields.change_fields import CHANGE_FIELDS
from sorairo.server.api.fields.content_fields import CONTENT_FIELDS
from sorairo.server.api.fields.file_fields import FILE_FIELDS
from sorairo.server.api.fields.image_fields import IMAGE_FIELDS
from sorairo.server.api.fields.request_field import Endpoint, RequestField
from sorairo.server.api.fields.sampling_fields import SAMPLING_FIELDS
from sorairo.server.api.library.fields import LIBRARY_FIELDS
from sorairo.server.api.play.fields import PLAY_FIELDS

TABLE: tuple[RequestField, ...] = (
    *CONTENT_FIELDS,
    *CHANGE_FIELDS,
    *SAMPLING_FIELDS,
    *FILE_FIELDS,
    *IMAGE_FIELDS,
    *BATCH_FIELDS,
    *LIBRARY_FIELDS,
    *PLAY_FIELDS,
)
# Objects whose entries are fields themselves.
NESTED = frozenset({"video_params"})
# Fields of other servers that can do nothing here. They are accepted, and the response names them.
IGNORED = frozenset(
    {
        *("background", "input_fidelity", "moderation", "partial_images", "style"),
        *("acceleration", "boundary_ratio", "cache_dit", "diffusers_kwargs"),
        *("enable_cache_dit", "enable_frame_interpolation", "enable_prompt_expansion"),
        *("enable_safety_checker", "enable_teacache", "enhance_prompt", "extra_params"),
        *("flow_shift", "frame_interpolation_exp", "frame_interpolation_model_path"),
        *("frame_interpolation_scale", "generate_audio", "generate_sound", "generator_device"),
        *("guidance_rescale", "guidance_scale_2", "max_sequence_length"),
        *("metadata", "output_compression", "output_format", "output_path", "output_quality"),
        *("prompt_enhancement", "prompt_extend", "prompt_optimizer", "response_format"),
        *("return_frames", "rollout", "rollout_sde_type", "safety_identifier", "sample_shift"),
        *("save_output", "save_result_path", "scheduler", "service_tier", "sound_duration"),
        *("stream", "teacache_params", "true_cfg_scale", "use_prompt_enhancer", "user"),
        *("vae_use_slicing", "vae_use_tiling", "watermark"),
    }
)


def fields_of(endpoint: Endpoint) -> Mapping[str, RequestField]:
    """The fields that a route takes, by name."""
    return {field.name: field for field in TABLE if endpoint in field.endpoints}
