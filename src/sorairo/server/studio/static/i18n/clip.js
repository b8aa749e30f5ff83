export const en = {
  back: "Back",
  missing: "This clip does not exist, or it has been deleted.",
  loading: "Loading",
  seed: "Seed",
  size: "Size",
  length: "Length",
  model: "Model",
  made: "Made",
};

export const zh = {
  back: "返回",
  missing: "此短片不存在，或已被删除。",
  loading: "正在加载",
  seed: "种子",
  size: "尺寸",
  length: "时长",
  model: "模型",
  made: "生成时间",
};
