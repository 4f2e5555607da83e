/**
 * Fills in what options leave open.
 *
 * @param options What the caller asked for; an option that is missing or `undefined` keeps its default.
 * @param defaults What holds otherwise, for every option that is wanted.
 */
export function withDefaults<Settings extends object>(
  options: { readonly [Name in keyof Settings]?: Settings[Name] | undefined } | undefined,
  defaults: Settings,
): Settings {
  const settings = { ...defaults };
  for (const name in settings) settings[name] = options?.[name] ?? settings[name];
  return settings;
}
