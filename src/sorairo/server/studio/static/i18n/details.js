// By the codes of an error's `detail`, and of files that an import leaves out. In English, the server's
// own sentence is shown.

export const zh = {
  not_json: "不是有效的 JSON（第 {line} 行）",
  nested_text: "嵌套层数过多",
  unreadable_text: "无法读取",
  large_text: "文件太大",
  not_utf8: "不是 UTF-8 文本",
  empty_file: "文件是空的",
  file_type: "不支持的文件类型：请使用 .png、.jpg、.webp 图片，或 .mp4、.mov、.webm、.mkv 视频",
  heif: "不支持 HEIF 或 AVIF 图片：请先存为 .jpg 或 .png",
  cut_off: "{type} 文件不完整：请重新发送",
  too_many_pixels: "尺寸为 {size}：最多 {most} 百万像素，每边最多 {side} 像素",
  media_unreadable: "无法作为图片或视频读取：请使用播放器能打开的 .png、.jpg、.webp 或 .mp4",
  media_too_large: "像素、帧或轨道太多，或时间太长：请先缩小或剪短",
  media_codec: "不支持此视频的编码：请存为 H.264 和 AAC 的 .mp4",
  media_memory: "所需内存超出限制：请先缩小或剪短",
  media_timeout: "解码时间超出限制：请先缩小或剪短",
};

export const en = Object.fromEntries(Object.keys(zh).map((code) => [code, ""]));
