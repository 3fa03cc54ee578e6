import Checkbox from '@atlaskit/checkbox';
import { Label } from '@atlaskit/form';
import Select from '@atlaskit/select';
import { useId, useState } from 'react';
import { useHost } from '../app/HostContext';
import { useLoaded } from '../app/useTask';
import { useText } from '../i18n/useText';
import type { Filter, What } from './form';
import { Group } from './Group';

interface Props {
  space: string;
  what: What;
  filter: Filter;
  onChange: (filter: Filter) => void;
}

const DEPTHS = [0, 1, 2, 3, 4, 5];

/** Narrows what is exported by labels and levels. */
export function FilterFields({ space, what, filter, onChange }: Props) {
  const text = useText();
  const used = filter.labels.length + filter.excludeLabels.length + (filter.depth > 0 ? 1 : 0);
  const depths = DEPTHS.map(value => ({
    value,
    label: value === 0 ? text('export.filter.depth.all') : text('export.filter.depth.some', { depth: value }),
  }));
  const depth = useId();
  return (
    <Group title={text('export.filter')} {...(used > 0 && { note: text('export.changed', { count: used }) })}>
      <Labels
        label={text('export.filter.labels')}
        placeholder={text('export.filter.any')}
        space={space}
        value={filter.labels}
        onChange={labels => onChange({ ...filter, labels })}
      />
      <Labels
        label={text('export.filter.exclude')}
        placeholder={text('export.filter.noneExcluded')}
        space={space}
        value={filter.excludeLabels}
        onChange={excludeLabels => onChange({ ...filter, excludeLabels })}
      />
      {what !== 'choose' && (
        <div className="xp-field">
          <Label htmlFor={depth}>{text('export.filter.depth')}</Label>
          <Select
            inputId={depth}
            spacing="compact"
            isSearchable={false}
            options={depths}
            value={depths.find(({ value }) => value === filter.depth) ?? null}
            onChange={option => option && onChange({ ...filter, depth: option.value })}
            menuPosition="fixed"
          />
        </div>
      )}
      {what === 'space' && (
        <Checkbox
          label={text('export.filter.blogPosts')}
          isChecked={filter.blogPosts}
          onChange={event => onChange({ ...filter, blogPosts: event.currentTarget.checked })}
        />
      )}
    </Group>
  );
}

interface LabelsProps {
  label: string;
  placeholder: string;
  space: string;
  value: string[];
  onChange: (labels: string[]) => void;
}

function Labels({ label, placeholder, space, value, onChange }: LabelsProps) {
  const host = useHost();
  const text = useText();
  const id = useId();
  // Asked for when somebody wants to choose one: most exports have no filter.
  const [wanted, want] = useState(false);
  const known = useLoaded(`labels ${space} ${wanted}`, async () => (wanted ? host.labels(space) : []));
  const option = (name: string) => ({ value: name, label: name });
  return (
    <div className="xp-field xp-field--wide">
      <Label htmlFor={id}>{label}</Label>
      <Select
        inputId={id}
        spacing="compact"
        isMulti
        isLoading={known.running}
        onFocus={() => want(true)}
        options={(known.value ?? []).map(option)}
        value={value.map(option)}
        onChange={options => onChange(options.map(chosen => chosen.value))}
        placeholder={placeholder}
        noOptionsMessage={() => text('export.filter.noLabels')}
        loadingMessage={() => text('app.loading')}
        menuPosition="fixed"
      />
    </div>
  );
}
