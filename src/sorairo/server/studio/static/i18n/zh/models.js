// What models are for, by their names. In English, and for others, the server's own sentence is shown.

export default {
  "wan2.2-5b": "文字或图片生成视频，1280 × 704，24 帧/秒",
  "wan2.1-vace-1.3b": "支持图片、短片和区域的全部任务，832 × 480，16 帧/秒",
  "wan2.1-1.3b": "文字生成视频，832 × 480，16 帧/秒；最小",
  "wan2.1-vace-14b": "支持图片、短片和区域的全部任务，1280 × 720，16 帧/秒",
  "wan2.1-14b": "文字生成视频，1280 × 720，16 帧/秒",
  "wan2.2-14b": "文字生成视频，两个 14B 专家，1280 × 720，16 帧/秒",
  "wan2.2-i2v-14b": "图片生成视频，两个 14B 专家，1280 × 720，16 帧/秒",
};
