export default {
  deleted: { one: "{n} clip deleted.", other: "{n} clips deleted." },
};
