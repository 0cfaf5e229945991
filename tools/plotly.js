/* plotly.js with the kinds of traces that the book draws (scatter is in its core); bundled at build time.
   helpers/explore.py has the same list: another kind would be drawn as scatter, without a word. */
const Plotly = require("plotly.js/lib/core");
Plotly.register([require("plotly.js/lib/bar"), require("plotly.js/lib/heatmap")]);
module.exports = Plotly;
