// Validates ./manifest.yml in full, as `forge deploy` does first. Prints findings; the exit code is 1 if there are errors.
const { ProcessorBuilder, ValidationTypes } = require('@forge/manifest');

(async () => {
  const result = await ProcessorBuilder.instance().withValidation(ValidationTypes.FULL).build().process();
  for (const error of result.errors ?? []) {
    console.log(`${error.level} ${error.line}:${error.column} ${error.reference} ${error.message}`);
  }
  process.exitCode = result.success ? 0 : 1;
})();
