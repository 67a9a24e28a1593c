// Numbers for people, with the decimal sign of the page's language. Values of fields and addresses keep the full stop.

const sign = new Intl.NumberFormat(document.documentElement.lang).formatToParts(1.5).find(({ type }) => type === "decimal").value;

export function localised(figure) {
  return String(figure).replace(".", sign);
}

export function fixed(value, digits) {
  return localised(value.toFixed(digits));
}
