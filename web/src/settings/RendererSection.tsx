import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Textfield from '@atlaskit/textfield';
import { useId, useState } from 'react';
import { useAbout, useHost } from '../app/HostContext';
import { ProblemMessage } from '../app/ProblemMessage';
import { useLoaded, useTask } from '../app/useTask';
import { formatList } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';
import { FieldNote } from './Field';
import { useTemplateName } from './optionText';
import { Section } from './Section';
import { type FieldError, readAddress } from './validate';

/** Which rendering service is used; its address where administrators choose it; and whether it answers. */
export function RendererSection({ readOnly }: { readOnly: boolean }) {
  const text = useText();
  const { ownRenderer } = useAbout();
  return (
    <Section title={text('settings.renderer')} text={text('settings.renderer.text')}>
      {ownRenderer ? (
        <Address readOnly={readOnly} />
      ) : (
        <p className="xp-set__plain">{text('settings.renderer.included')}</p>
      )}
      <Test />
    </Section>
  );
}

function Address({ readOnly }: { readOnly: boolean }) {
  const text = useText();
  const host = useHost();
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<FieldError>();
  const {
    value: current,
    running,
    problem,
    reload,
  } = useLoaded('renderer', async () => ({ address: await host.renderer() }));
  const { task, run } = useTask<true>();
  const save = () => {
    const read = readAddress(typed ?? current?.address ?? '');
    setError('error' in read ? read.error : undefined);
    if ('error' in read) return;
    void run(async () => {
      await host.setRenderer(read.address);
      setTyped(undefined);
      reload();
      return true;
    });
  };
  if (problem) return <ProblemMessage problem={problem} retry={reload} />;
  return (
    <form
      className="xp-set__field"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        save();
      }}
    >
      {current && current.address === undefined && (
        <SectionMessage appearance="warning">
          <p>{text('settings.renderer.none')}</p>
        </SectionMessage>
      )}
      <label className="xp-set__label" htmlFor={id}>
        {text('settings.renderer.address')}
      </label>
      <div className="xp-set__beside">
        <div className="xp-set__address">
          <Textfield
            id={id}
            type="url"
            autoComplete="off"
            spellCheck={false}
            value={typed ?? current?.address ?? ''}
            isDisabled={readOnly || (running && !current)}
            isInvalid={error !== undefined}
            aria-describedby={`${id}-note`}
            onChange={event => setTyped(event.currentTarget.value)}
          />
        </div>
        <Button type="submit" isLoading={task.running} isDisabled={readOnly}>
          {text('settings.renderer.save')}
        </Button>
      </div>
      <FieldNote id={`${id}-note`} help={text('settings.renderer.help')} error={error} />
      {task.problem && <ProblemMessage problem={task.problem} />}
      <output className="xp-set__said">
        {task.value && typed === undefined ? text('settings.renderer.saved') : ''}
      </output>
    </form>
  );
}

/** Asks the service for its templates: if they come, exports will work too. */
function Test() {
  const text = useText();
  const locale = useLocale();
  const host = useHost();
  const nameOf = useTemplateName();
  const { task, run } = useTask<string[]>();
  return (
    <div className="xp-set__field">
      <div>
        <Button
          isLoading={task.running}
          onClick={() => void run(async () => (await host.templates()).map(({ name }) => nameOf(name)))}
        >
          {text('settings.renderer.test')}
        </Button>
      </div>
      {task.problem && <ProblemMessage problem={task.problem} />}
      <output>
        {task.value && !task.running && (
          <SectionMessage appearance="success">
            <p>
              {text('settings.renderer.works', { count: task.value.length, names: formatList(locale, task.value) })}
            </p>
          </SectionMessage>
        )}
      </output>
    </div>
  );
}
