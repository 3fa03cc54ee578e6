import type { Settings, Template } from '@xpress/forge/api';
import type { Wish } from '@xpress/forge/loop';
import { useId } from 'react';
import { useIntl } from 'react-intl';
import { useText } from '../i18n/useText';
import type { Picture } from '../preview/usePreview';
import { useTemplatePictures } from './useTemplatePictures';

interface Props {
  templates: Template[];
  settings: Settings;
  value: string;
  onChange: (name: string) => void;
  wish: Wish | undefined;
  /** The first sheet of what is on view. */
  picture: Picture | undefined;
}

/** The templates as cards, each with what the first sheet will look like. */
export function TemplateGallery({ templates, settings, value, onChange, wish, picture }: Props) {
  const text = useText();
  const name = useId();
  const pictures = useTemplatePictures(templates, settings, value, wish, picture);
  return (
    <fieldset className="xp-fieldset xp-gallery">
      <legend className="xp-hidden">{text('export.template')}</legend>
      {templates.map(template => (
        <label key={template.name} className="xp-card">
          <input
            type="radio"
            className="xp-card__input"
            name={name}
            checked={template.name === value}
            onChange={() => onChange(template.name)}
          />
          <Thumbnail picture={pictures[template.name]} />
          <TemplateText template={template} />
        </label>
      ))}
    </fieldset>
  );
}

function Thumbnail({ picture }: { picture: Picture | undefined }) {
  return (
    <span className="xp-card__picture">{picture && <img src={`data:image/png;base64,${picture.data}`} alt="" />}</span>
  );
}

function TemplateText({ template }: { template: Template }) {
  const intl = useIntl();
  const known = (key: string, other: string) => (intl.messages[key] ? intl.formatMessage({ id: key }) : other);
  const { name, description } = template;
  return (
    <span className="xp-card__text">
      <span className="xp-card__name">{known(`export.template.${name}`, spoken(name))}</span>
      <span className="xp-hint">{known(`export.template.${name}.text`, description)}</span>
    </span>
  );
}

function spoken(name: string): string {
  const words = name.replace(/[_-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
