export default {
  deleted: { other: "已删除 {n} 个短片。" },
};
