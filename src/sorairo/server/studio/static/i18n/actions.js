export const en = {
  deleted: { one: "{n} clip deleted.", other: "{n} clips deleted." },
};

export const zh = {
  deleted: { other: "已删除 {n} 个短片。" },
};
