"""Photos of markers on a wall in perspective, drawn in light: blur, the camera's curve, noise and JPEG come after."""

import io

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from segmentation.scale import draw_marker

FINE = 4
"""Samples along each side of a pixel."""


def camera(size, focal_px, distance_mm, tilt_deg=0.0, yaw_deg=0.0, turn_deg=0.0):
    """(3, 3) from px of the photo to mm on a wall, whose point in the middle of the photo is `distance_mm` away."""
    tilt, yaw, turn = np.deg2rad([tilt_deg, yaw_deg, turn_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    axes = about_x @ about_y @ about_z
    lens = np.array([[focal_px, 0, size[0] / 2], [0, focal_px, size[1] / 2], [0, 0, 1]])
    to_photo = lens @ np.column_stack([axes[:, 0], axes[:, 1], [0, 0, distance_mm]])
    return np.linalg.inv(to_photo)


def on_wall(to_wall, points):
    points = np.asarray(points, float)
    mapped = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1) @ to_wall.T
    return mapped[..., :2] / mapped[..., 2:]


def in_photo(to_wall, points):
    return on_wall(np.linalg.inv(to_wall), points)


def true_scale(to_wall, x, y, direction_deg):
    """mm per px, from two points a hundredth of a pixel apart."""
    step = 0.005 * np.array([np.cos(np.deg2rad(direction_deg)), -np.sin(np.deg2rad(direction_deg))])
    start, stop = on_wall(to_wall, [np.array([x, y]) - step, np.array([x, y]) + step])
    return float(np.hypot(*(stop - start)) / 0.01)


def draw_wall(size, to_wall, markers, *, blur_px=0.8, noise=2.0, quality=90, seed=0):
    """RGB uint8. `markers` are (family, number, centre in mm, side in mm, turn in degrees)."""
    width, height = size
    fine = (np.arange(width * FINE) + 0.5) / FINE, (np.arange(height * FINE) + 0.5) / FINE
    x, y = np.meshgrid(*fine)
    wall = on_wall(to_wall, np.stack([x, y], axis=-1))
    light = np.full(x.shape, 0.4)
    for family, number, centre, side, turn in markers:
        cells = draw_marker(family, number, cell_px=1) > 0
        angle = np.deg2rad(turn)
        axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        own = (wall - centre) @ axes * (len(cells) - 2) / side + len(cells) / 2
        inside = ((own >= 0) & (own < len(cells))).all(axis=-1)
        column, row = own[inside].astype(int).T
        light[inside] = np.where(cells[row, column], 0.8, 0.03)
    light = gaussian_filter(light.reshape(height, FINE, width, FINE).mean(axis=(1, 3)), blur_px)
    grey = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    grey = grey + np.random.default_rng(seed).normal(0, noise, grey.shape)
    stream = io.BytesIO()
    pixels = np.repeat(np.clip(np.rint(grey), 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))
