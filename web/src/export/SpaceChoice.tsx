import { Label } from '@atlaskit/form';
import AsyncSelect from '@atlaskit/select/AsyncSelect';
import { useId } from 'react';
import { useHost } from '../app/HostContext';
import type { SpaceInfo } from '../host';
import { useText } from '../i18n/useText';

/** Chooses one of the spaces that the user sees, by the beginning of its name. */
export function SpaceChoice({
  value,
  onChange,
}: {
  value: SpaceInfo | undefined;
  onChange: (space: SpaceInfo) => void;
}) {
  const host = useHost();
  const text = useText();
  const id = useId();
  return (
    <div>
      <Label htmlFor={id}>{text('export.space')}</Label>
      <AsyncSelect<SpaceInfo>
        inputId={id}
        defaultOptions
        cacheOptions
        loadOptions={query => host.spaces(query)}
        getOptionLabel={({ name, key }) => `${name} (${key})`}
        getOptionValue={({ key }) => key}
        placeholder={text('export.space.placeholder')}
        noOptionsMessage={() => text('export.space.none')}
        loadingMessage={() => text('app.loading')}
        value={value ?? null}
        onChange={space => space && onChange(space)}
        menuPosition="fixed"
      />
    </div>
  );
}
