"""Chapter 4 clauses 2 and 5 in float64, from the text alone, sharing nothing with refdec: [channel][row][column]."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Tensors = Mapping[str, npt.NDArray[np.float32]]


def cd(n: int, d: int) -> int:
    return int(-(-n // 2**d))


def conv(x: Array, t: Tensors, name: str, stride: int = 1) -> Array:
    w = t[f"{name}.weight"].astype(np.float64)
    outputs, per_group, k, _ = w.shape
    groups, p = x.shape[0] // per_group, k // 2
    height, width = (x.shape[1] - 1) // stride + 1, (x.shape[2] - 1) // stride + 1
    padded = np.pad(x, ((0, 0), (p, p), (p, p)))
    out = np.zeros((outputs, height, width))
    for g in range(groups):
        o, i = slice(g * outputs // groups, (g + 1) * outputs // groups), slice(g * per_group, (g + 1) * per_group)
        for ky, kx in np.ndindex(k, k):
            part = padded[i, ky : ky + stride * height : stride, kx : kx + stride * width : stride]
            out[o] += np.einsum("oi,ihw->ohw", w[o, :, ky, kx], part[:, :height, :width])
    return out + (t[f"{name}.bias"].astype(np.float64)[:, None, None] if f"{name}.bias" in t else 0)


def tconv(x: Array, t: Tensors, name: str) -> Array:
    w = t[f"{name}.weight"].astype(np.float64)
    k, (_, height, width) = w.shape[2], x.shape
    frame = np.zeros((w.shape[1], 2 * height + 4, 2 * width + 4))
    for ky, kx in np.ndindex(k, k):
        frame[:, 1 + ky : 1 + ky + 2 * height : 2, 1 + kx : 1 + kx + 2 * width : 2] += np.einsum(
            "io,ihw->ohw", w[:, :, ky, kx], x
        )
    return frame[:, 2 : 2 + 2 * height, 2 : 2 + 2 * width] + t[f"{name}.bias"].astype(np.float64)[:, None, None]


def shuffle(x: Array, f: int) -> Array:
    c, h, w = x.shape
    return x.reshape(c // f**2, f, f, h, w).transpose(0, 3, 1, 4, 2).reshape(c // f**2, h * f, w * f)


def up2(x: Array, t: Tensors, name: str) -> Array:
    w = t[f"{name}.conv.weight"].astype(np.float64)
    padded = np.pad(x, ((0, 0), (0, 1), (0, 1)))
    parts = [
        np.einsum("oi,ihw->ohw", w[:, :, ky, kx], padded[:, ky : ky + x.shape[1], kx : kx + x.shape[2]])
        for ky, kx in np.ndindex(2, 2)
    ]
    return shuffle(np.sum(parts, axis=0), 2)


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def resau(x: Array, t: Tensors, name: str) -> Array:
    return x * (1 + conv(conv(np.clip(x, 0, 6), t, f"{name}.conv"), t, f"{name}.conv2"))


def r2(x: Array, t: Tensors, name: str) -> Array:
    return x + conv(relu(conv(x, t, f"{name}.conv1")), t, f"{name}.conv2")


def cab(x: Array, t: Tensors) -> Array:
    trunk: Array = r2(r2(x, t, "CAB.residual_trunk.0"), t, "CAB.residual_trunk.1")
    m = r2(conv(x, t, "CAB.subscale", 2), t, "CAB.residual_mask2.0")
    mask: Array = 1 / (1 + np.exp(-tconv(r2(m, t, "CAB.residual_mask3.0"), t, "CAB.upscale")))
    return x + trunk * mask


def norm(x: Array, t: Tensors, name: str) -> Array:
    centred = x - x.mean(axis=0)
    gain, offset = (t[f"{name}.{n}"].astype(np.float64)[:, None, None] for n in ("weight", "bias"))
    normal: Array = centred / np.sqrt((centred**2).mean(axis=0) + 1e-5)
    return normal * gain + offset


def tab(x: Array, t: Tensors, name: str) -> Array:
    c, h, w = x.shape
    q = conv(conv(norm(x, t, f"{name}.prep_data.norm1"), t, f"{name}.prep_data.conv1"), t, f"{name}.prep_data.conv2")
    a, b, v = q.reshape(3, 4, c // 4, h * w)
    a, b = (m / np.maximum(np.sqrt((m**2).sum(axis=-1, keepdims=True)), 1e-12) for m in (a, b))
    s = np.exp(a @ b.transpose(0, 2, 1) * t[f"{name}.attn.temperature"])
    o = (s / s.sum(axis=-1, keepdims=True)) @ v
    x1 = x + conv(o.reshape(c, h, w), t, f"{name}.attn.project_out")
    f = conv(conv(norm(x1, t, f"{name}.ffn.norm1"), t, f"{name}.ffn.project_in"), t, f"{name}.ffn.dwconv")
    f1, f2 = f[: 4 * c], f[4 * c :]
    return x1 + conv(np.where(f1 > 0, f1, np.expm1(f1)) * f2, t, f"{name}.ffn.project_out")


def tabs(x: Array, t: Tensors) -> Array:
    return tab(tab(x, t, "TAM.TABs.0"), t, "TAM.TABs.1")


def synthesis(transform: str, component: str, t: Tensors, latent: Array, h: int, w: int) -> Array:
    """4.5.1 and 4.5.2, planes [n][h][w] on the 0..255 scale."""

    def crop(x: Array, d: int) -> Array:
        return x[:, : x.shape[1] - cd(h, d) % 2, : x.shape[2] - cd(w, d) % 2]

    up = up2 if transform == "sop" else tconv
    if component == "Y":
        x = latent
        x = r2(x, t, "first_stage.0.0") if transform == "hop" else x + relu(conv(x, t, "first_stage.0.0.conv1"))
        x = crop(resau(up(x, t, "first_stage.1"), t, "first_stage.2"), 3)
    else:
        x = np.concatenate([conv(latent, t, "first_stage.conv1"), latent[160:]])
    x = up(x, t, "conv2_t")
    x = crop(cab(x, t) if transform == "hop" else x, 2 if component == "Y" else 3)
    x = resau(x, t, "iact2")
    if transform != "hop":
        x = conv(resau(conv(x, t, "conv3"), t, "iact3"), t, "conv4")
        x = shuffle(x, 4 if component == "Y" else 8)
    else:
        x = shuffle(conv(x, t, "conv3_t"), 2)
        if component == "Y":
            x = crop(tconv(tabs(conv(x, t, "TAM.ds_conv", 2), t), t, "TAM.us_conv"), 1)
        else:
            x = crop(tabs(x, t), 2)
        x = tconv(resau(x, t, "iact3"), t, "conv4_t")
        x = x if component == "Y" else shuffle(x, 2)
    return np.clip(x * 128 + 127.5, 0, 255)[:, :h, :w]
