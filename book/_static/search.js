// The search shows TeX as it stands in the page's source; an excerpt may end within a formula, so it is not set, but read.
const excerpt = Search.htmlToText;
Search.htmlToText = (page, anchor) =>
  excerpt(page, anchor).replace(/\\[([].*?\\[)\]]/gs, (formula) => formula.slice(2, -2).replace(/[\\{}]/g, ""));
