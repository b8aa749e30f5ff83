export const en = {
  title: "What should happen?",
  prompt: "Prompt",
  placeholder: "Describe a scene: what is there, what it does, how the camera moves",
  size: "Size",
  seconds: "Seconds",
  variations: "Variations",
  seed: "Seed",
  seedRandom: "Random",
  create: "Create",
  empty: "Write what the clip should show.",
};

export const zh = {
  title: "想看到什么？",
  prompt: "提示词",
  placeholder: "描述一个场景：有什么、发生什么、镜头怎么动",
  size: "尺寸",
  seconds: "秒数",
  variations: "份数",
  seed: "种子",
  seedRandom: "随机",
  create: "生成",
  empty: "请写下短片要展示的内容。",
};
