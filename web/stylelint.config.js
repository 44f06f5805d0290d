const physical = "Logical properties only: the pages are right to left first.";

export default {
  extends: ["stylelint-config-standard"],
  ignoreFiles: ["node_modules/**", "wasl_web/static/**"],
  rules: {
    "property-disallowed-list": [
      [
        "left",
        "right",
        "letter-spacing",
        "/^(margin|padding|border)-(left|right)/",
        "/^border-(top|bottom)-(left|right)-radius$/",
        "/^scroll-(margin|padding)-(left|right)$/",
      ],
      { message: `${physical} And Arabic letters join: no letter-spacing.` },
    ],
    "declaration-property-value-disallowed-list": [
      { "/^(text-align|float|clear)$/": ["left", "right"], "justify-content": ["left", "right"] },
      { message: physical },
    ],
  },
};
