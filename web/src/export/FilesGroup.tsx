import Checkbox from '@atlaskit/checkbox';
import { HelperMessage, Label } from '@atlaskit/form';
import Select from '@atlaskit/select';
import Textfield from '@atlaskit/textfield';
import type { Images } from '@xpress/forge/loop';
import { useId } from 'react';
import { useAbout } from '../app/HostContext';
import { useText } from '../i18n/useText';
import type { Form, Split } from './form';
import { Group } from './Group';

const IMAGES: Images[] = ['original', 'print', 'screen', 'small'];
const SPLITS: Split['by'][] = ['none', 'top-level', 'pages', 'size'];

/** How the file comes: pictures, volumes, what is embedded, and where it is made. */
export function FilesGroup({ form, onChange }: { form: Form; onChange: (form: Form) => void }) {
  const text = useText();
  const { instant } = useAbout();
  const ids = { images: useId(), split: useId(), size: useId() };
  const images = IMAGES.map(value => ({ value, label: text(`export.images.${value}`) }));
  const splits = SPLITS.map(value => ({ value, label: text(`export.split.${value}`) }));
  const { split } = form;
  const notes = [
    form.images === 'print' ? '' : text(`export.images.${form.images}`),
    split.by === 'none' ? '' : text('export.split'),
    form.attachments ? text('export.attachments') : '',
    form.manifest ? text('export.manifest') : '',
  ].filter(Boolean);
  return (
    <Group title={text('export.group.files')} {...(notes.length > 0 && { note: notes.join(' · ') })}>
      <div className="xp-field">
        <Label htmlFor={ids.images}>{text('export.images')}</Label>
        <Select
          inputId={ids.images}
          spacing="compact"
          isSearchable={false}
          options={images}
          value={images.find(({ value }) => value === form.images) ?? null}
          onChange={option => option && onChange({ ...form, images: option.value })}
          menuPosition="fixed"
        />
      </div>
      <div className="xp-field">
        <Label htmlFor={ids.split}>{text('export.split')}</Label>
        <Select
          inputId={ids.split}
          spacing="compact"
          isSearchable={false}
          options={splits}
          value={splits.find(({ value }) => value === split.by) ?? null}
          onChange={option => option && onChange({ ...form, split: { ...split, by: option.value } })}
          menuPosition="fixed"
        />
      </div>
      {(split.by === 'pages' || split.by === 'size') && (
        <div className="xp-field">
          <Label htmlFor={ids.size}>{text(`export.split.${split.by}.label`)}</Label>
          <Textfield
            id={ids.size}
            isCompact
            type="number"
            min={1}
            value={split.by === 'pages' ? split.pages : split.megabytes}
            onChange={event => {
              const number = event.currentTarget.valueAsNumber;
              if (!Number.isInteger(number) || number < 1) return;
              onChange({ ...form, split: { ...split, [split.by === 'pages' ? 'pages' : 'megabytes']: number } });
            }}
          />
        </div>
      )}
      <Flag
        label={text('export.attachments')}
        help={text('export.attachments.help')}
        checked={form.attachments}
        onChange={attachments => onChange({ ...form, attachments })}
      />
      <Flag
        label={text('export.manifest')}
        help={text('export.manifest.help')}
        checked={form.manifest}
        onChange={manifest => onChange({ ...form, manifest })}
      />
      {instant === 'browser' && (
        <Flag
          label={text('export.background')}
          help={text('export.background.help')}
          checked={form.background}
          onChange={background => onChange({ ...form, background })}
        />
      )}
    </Group>
  );
}

interface FlagProps {
  label: string;
  help: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function Flag({ label, help, checked, onChange }: FlagProps) {
  const id = useId();
  return (
    <div className="xp-field xp-field--check">
      <Checkbox
        label={label}
        isChecked={checked}
        aria-describedby={id}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      <div id={id}>
        <HelperMessage>{help}</HelperMessage>
      </div>
    </div>
  );
}
